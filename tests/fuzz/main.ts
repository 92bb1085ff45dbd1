// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * The soak: `deno task fuzz --seed N --statements M [--differences K] [--olap duckdb|arrow]` compares M generated statements from seed N on, stops
 * after K seeds that differ (default 20), prints each difference with the command that replays it, and exits 1 if there was one.
 */
import { parseArgs } from "node:util";
import { backendNamed } from "../support/dual_engine.ts";
import { describeDisagreement, summaryOf } from "./report.ts";
import { runSeeds, STATEMENTS_PER_SEED } from "./run_seeds.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    statements: { type: "string", default: "50000" },
    differences: { type: "string", default: "20" },
    olap: { type: "string", default: "duckdb" },
  },
});

function wholeNumber(name: string, given: string): number {
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number, not "${given}"`);
  return value;
}

const differencesMax = wholeNumber("differences", values.differences);
let shown = 0;
const tally = await runSeeds(
  wholeNumber("seed", values.seed),
  wholeNumber("statements", values.statements),
  (seed, tally) => {
    for (const disagreement of tally.disagreements.slice(shown)) {
      console.error(`\n${describeDisagreement(disagreement, STATEMENTS_PER_SEED)}\n`);
    }
    shown = tally.disagreements.length;
    if (seed % 50 === 0) console.error(`seed ${seed}: ${tally.statements} statements`);
    return shown < differencesMax;
  },
  backendNamed(values.olap),
);
console.error(summaryOf(tally));
Deno.exit(tally.disagreements.length === 0 ? 0 : 1);
