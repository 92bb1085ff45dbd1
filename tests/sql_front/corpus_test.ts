import assert from "node:assert/strict";
import { parseSelect, printQuery } from "../../src/sql/mod.ts";
import { openCorpus } from "./corpus.ts";
import { roundTripOver, sameProgram } from "./round_trip.ts";

Deno.test("printQuery(parseSelect()) keeps names and rows of every corpus statement on libSQL", () => {
  const { db, selects } = openCorpus();
  let withRows = 0;
  for (const { sql, line } of selects) {
    const outcome = roundTripOver(db, sql);
    assert.ok(
      outcome.kind === "equal" && outcome.failure === null,
      `corpus.sql line ${line}: ${sql}\n${JSON.stringify(outcome)}`,
    );
    if (outcome.rows > 0) withRows++;
  }
  assert.ok(selects.length > 200, `only ${selects.length} statements`);
  assert.ok(withRows > 0.95 * selects.length, `only ${withRows} of ${selects.length} statements gave rows`);
  db.close();
});

Deno.test("printQuery(parseSelect()) compiles to SQLite's very program for every corpus statement", () => {
  const { db, selects } = openCorpus();
  for (const { sql, line } of selects) {
    const printed = printQuery(parseSelect(sql));
    assert.ok(sameProgram(db, sql, printed), `corpus.sql line ${line}: ${sql}\nprinted ${printed}`);
  }
  db.close();
});

Deno.test("parseSelect() reads what printQuery() prints as the same tree", () => {
  const { db, selects } = openCorpus();
  for (const { sql, line } of selects) {
    const printed = printQuery(parseSelect(sql));
    assert.equal(printQuery(parseSelect(printed)), printed, `corpus.sql line ${line}`);
  }
  db.close();
});
