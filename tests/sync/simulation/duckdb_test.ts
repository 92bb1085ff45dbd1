import assert from "node:assert/strict";
import { ARROW_STEPS, DUCKDB_STEPS, type FailurePoint, STEPS } from "./failure_point.ts";
import { runSeeds } from "./run_seeds.ts";

const SEEDS = 150;

Deno.test(`sync keeps its promises over DuckDB in ${SEEDS} simulations of crashes, failures and foreign writers`, async () => {
  const tally = await runSeeds("duckdb", 1, SEEDS);
  const points = STEPS.filter((step) => !ARROW_STEPS.has(step)).flatMap((
    step,
  ): FailurePoint[] => [`before ${step}`, `after ${step}`]);
  assert.deepEqual(points.filter((point) => tally.timesReached(point) === 0), [], "every failure point was reached");
  const untried = [...DUCKDB_STEPS].filter((step) =>
    tally.count("crash", `before ${step}`) + tally.count("power loss", `before ${step}`) === 0
  );
  assert.deepEqual(untried, [], "DuckDB's commit was interrupted at every step");
});
