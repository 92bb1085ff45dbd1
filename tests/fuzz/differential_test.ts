import assert from "node:assert/strict";
import { describeDisagreement, summaryOf } from "./report.ts";
import { runSeeds, STATEMENTS_PER_SEED } from "./run_seeds.ts";

/** The seed of the gate: fixed, so that a green commit stays green; the soak task goes elsewhere. */
const FIRST_SEED = 20_000;
const STATEMENTS = 5_000;

Deno.test("the mirror answers as SQLite does, or declines, for 5,000 generated statements", async () => {
  const tally = await runSeeds(FIRST_SEED, STATEMENTS);
  // deno-lint-ignore no-console -- the summary is part of what the gate reports
  console.error(summaryOf(tally));
  assert.equal(tally.disagreements.map((one) => describeDisagreement(one, STATEMENTS_PER_SEED)).join("\n\n"), "");
  assert.equal(tally.statements, STATEMENTS);
  const wellFormed = 1 - tally.refused / tally.statements;
  assert.ok(wellFormed > 0.95, `SQLite accepts only ${wellFormed} of the generated statements`);
  assert.ok(tally.compared > STATEMENTS / 2, `only ${tally.compared} statements were compared`);
});
