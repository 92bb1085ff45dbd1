import assert from "node:assert/strict";
import { DUCKDB_STEPS, type FailurePoint, STEPS } from "./failure_point.ts";
import { runSeeds } from "./run_seeds.ts";

const SEEDS = 850;

Deno.test(`sync keeps its promises over the Arrow store in ${SEEDS} simulations of crashes, failures and foreign writers`, async () => {
  const tally = await runSeeds("arrow", 1, SEEDS);
  const points = STEPS.filter((step) => !DUCKDB_STEPS.has(step)).flatMap((
    step,
  ): FailurePoint[] => [`before ${step}`, `after ${step}`]);
  const neverDiedAt = points.filter((point) => tally.count("crash", point) + tally.count("power loss", point) === 0);
  assert.deepEqual(neverDiedAt, [], "every failure point was tried");
});
