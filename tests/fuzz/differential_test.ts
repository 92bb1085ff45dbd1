import assert from "node:assert/strict";
import { type Backend, BACKENDS } from "../support/dual_engine.ts";
import { describeDisagreement, summaryOf } from "./report.ts";
import { runSeeds, STATEMENTS_PER_SEED } from "./run_seeds.ts";

/** The seed of the gate: fixed, so that a green commit stays green; the soak task goes elsewhere. */
const FIRST_SEED = 20_000;
const STATEMENTS = { duckdb: 5_000, arrow: 2_500 } as const;
const STATEMENTS_OVER_THE_PAST = 125;

for (const backend of BACKENDS) {
  const statements = STATEMENTS[backend];
  Deno.test(`the mirror in ${backend} answers as SQLite does, or declines, for ${statements} generated statements`, async () => {
    await compare(backend, statements, false);
  });

  Deno.test(`rhei with ${backend} answers ${STATEMENTS_OVER_THE_PAST} generated statements over versions as SQLite over copies`, async () => {
    await compare(backend, STATEMENTS_OVER_THE_PAST, true);
  });
}

async function compare(backend: Backend, statements: number, withPast: boolean): Promise<void> {
  const tally = await runSeeds(FIRST_SEED, statements, () => true, backend, withPast);
  // deno-lint-ignore no-console -- the summary is part of what the gate reports
  console.error(summaryOf(tally));
  const options = withPast ? ` --olap ${backend} --past` : "";
  const described = tally.disagreements.map((one) => describeDisagreement(one, STATEMENTS_PER_SEED, options));
  assert.equal(described.join("\n\n"), "");
  assert.equal(tally.statements, statements);
  const wellFormed = 1 - tally.refused / tally.statements;
  assert.ok(wellFormed > 0.95, `SQLite accepts only ${wellFormed} of the generated statements`);
  assert.ok(tally.compared > statements / 2, `only ${tally.compared} statements were compared`);
}
