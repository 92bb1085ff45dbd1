import { runWorkload } from "./random_workload.ts";

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`Synchronizer keeps the mirror equal under the random workload of seed ${seed}`, () =>
    runWorkload(seed, 80));
}

Deno.test("Synchronizer keeps the mirror equal under the random workload over a server", () =>
  runWorkload(5, 40, true));
