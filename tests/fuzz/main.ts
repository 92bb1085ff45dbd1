// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * The soak: `deno task fuzz --seed N --statements M [--differences K] [--olap duckdb|arrow] [--past]` compares M generated statements from
 * seed N on, stops after K that differ (default 20), prints each difference with the command that replays it, and exits 1 if there was one.
 * With `--past` they ask for versions of rows in every place of a table, and SQLite answers over copies made after each transaction.
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
    past: { type: "boolean", default: false },
  },
});

function wholeNumber(name: string, given: string): number {
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name} takes a whole number, not "${given}"`);
  return value;
}

const differencesMax = wholeNumber("differences", values.differences);
const options = `${values.olap === "duckdb" ? "" : ` --olap ${values.olap}`}${values.past ? " --past" : ""}`;
let shown = 0;
const tally = await runSeeds(
  wholeNumber("seed", values.seed),
  wholeNumber("statements", values.statements),
  (seed, tally) => {
    for (const disagreement of tally.disagreements.slice(shown)) {
      console.error(`\n${describeDisagreement(disagreement, STATEMENTS_PER_SEED, options)}\n`);
    }
    shown = tally.disagreements.length;
    if (seed % 50 === 0) console.error(`seed ${seed}: ${tally.statements} statements`);
    return shown < differencesMax;
  },
  backendNamed(values.olap),
  values.past,
);
console.error(summaryOf(tally));
Deno.exit(tally.disagreements.length === 0 ? 0 : 1);
