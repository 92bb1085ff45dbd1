import { runWorkload } from "./random_workload.ts";

for (const [seed, backend] of [[1, "duckdb"], [2, "arrow"], [3, "duckdb"], [4, "arrow"], [6, "arrow"]] as const) {
  Deno.test(`Synchronizer keeps the ${backend} mirror equal under the random workload of seed ${seed}`, () =>
    runWorkload(seed, 80, { backend }));
}

Deno.test("Synchronizer keeps the mirror equal under the random workload over a server", () =>
  runWorkload(5, 40, { remote: true }));

for (const [seed, backend] of [[2, "duckdb"], [1, "arrow"]] as const) {
  Deno.test(`Synchronizer keeps the ${backend} mirror and its history equal under the random workload of seed ${seed}`, () =>
    runWorkload(seed, 60, { backend, level: "images" }));
}
