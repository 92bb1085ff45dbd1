import assert from "node:assert/strict";
import { interleave } from "./schema_interleaving.ts";

/** A few of thousands that were run; the simulation of faults has schema changes as well. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

for (const seed of SEEDS) {
  const backend = seed % 2 === 0 ? "arrow" : "duckdb";
  const level = seed % 3 === 0 ? "images" : "keys";
  Deno.test(`Synchronizer follows schema changes between any two changes, seed ${seed} with ${backend} and ${level}`, async () => {
    const present = await interleave(seed, 60, { backend, level });
    assert.ok(present > 0, "some table was present while others had changed");
  });
}
