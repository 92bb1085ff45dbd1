import { killOften } from "./kill_often.ts";

const KILLS = 50;
const SEED = 20_261;

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`source and ${backend} mirror stay equal when the process is killed ${KILLS} times while it writes and syncs`, () =>
    killOften(backend, KILLS, SEED));
}
