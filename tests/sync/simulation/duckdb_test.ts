import assert from "node:assert/strict";
import { ARROW_STEPS, DUCKDB_STEPS, type FailurePoint, STEPS } from "./failure_point.ts";
import { runSeeds } from "./run_seeds.ts";

const SEEDS = { destructive: 80, temporal: 60 } as const;

for (const mode of ["destructive", "temporal"] as const) {
  Deno.test(`sync keeps its promises over DuckDB in ${mode} mode in ${SEEDS[mode]} simulations of crashes and failures`, async () => {
    const tally = await runSeeds("duckdb", mode, SEEDS[mode]);
    const points = STEPS.filter((step) => !ARROW_STEPS.has(step)).flatMap((
      step,
    ): FailurePoint[] => [`before ${step}`, `after ${step}`]);
    assert.deepEqual(points.filter((point) => tally.timesReached(point) === 0), [], "every failure point was reached");
    const inCommit = [...DUCKDB_STEPS].flatMap((step): FailurePoint[] => [`before ${step}`, `after ${step}`]);
    assert.ok(inCommit.some((point) => tally.count("crash", point) > 0), "died inside DuckDB's commit");
    assert.ok(inCommit.some((point) => tally.count("error", point) > 0), "DuckDB's commit failed inside");
  });
}
