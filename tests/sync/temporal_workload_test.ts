import { runTemporalWorkload } from "./temporal_workload.ts";

for (
  const [seed, backend, foreign] of [
    [1, "duckdb", false],
    [2, "arrow", false],
    [3, "duckdb", true],
    [4, "arrow", true],
    [5, "arrow", false],
  ] as const
) {
  const writers = foreign ? "two writers" : "one writer";
  Deno.test(`Synchronizer keeps a history on ${backend} that is the model's under seed ${seed} with ${writers}`, () =>
    runTemporalWorkload({ seed, steps: 80, backend, foreign }));
}
