import assert from "node:assert/strict";
import { DUCKDB_STEPS, type FailurePoint, STEPS } from "./failure_point.ts";
import { runSeeds } from "./run_seeds.ts";

const SEEDS = { destructive: 640, temporal: 220 } as const;

for (const mode of ["destructive", "temporal"] as const) {
  Deno.test(`sync keeps its promises over the Arrow store in ${mode} mode in ${SEEDS[mode]} simulations of crashes and failures`, async () => {
    const tally = await runSeeds("arrow", mode, SEEDS[mode]);
    const points = STEPS.filter((step) => !DUCKDB_STEPS.has(step)).flatMap((
      step,
    ): FailurePoint[] => [`before ${step}`, `after ${step}`]);
    assert.deepEqual(points.filter((point) => tally.timesReached(point) === 0), [], "every failure point was reached");
    if (mode === "temporal") return; // too few seeds for every one to be died at
    const neverDiedAt = points.filter((point) => tally.count("crash", point) + tally.count("power loss", point) === 0);
    assert.deepEqual(neverDiedAt, [], "every failure point was died at");
  });
}
