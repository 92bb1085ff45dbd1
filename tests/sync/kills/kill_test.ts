import { killOften } from "./kill_often.ts";

const KILLS = 25;
const SEED = 20_261;

for (const backend of ["duckdb", "arrow"] as const) {
  for (const mode of ["destructive", "temporal"] as const) {
    Deno.test(`source and ${backend} mirror agree in ${mode} mode when the process is killed ${KILLS} times while it writes and syncs`, () =>
      killOften({ backend, mode }, KILLS, SEED));
  }
}
