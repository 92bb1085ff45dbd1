import assert from "node:assert/strict";
import Database from "libsql";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { catalogOf, mirrorAnswer, mirrorOf, modelAnswer, writtenStatement } from "./answers.ts";
import { shopHistories } from "./shop_history.ts";
import { STATEMENTS } from "./statements.ts";

const ANY_ORDER = { realTolerance: 1e-12, order: [], looseText: false } as const;

for (const backend of BACKENDS) {
  Deno.test(`${backend} answers FOR SYSTEM_TIME as SQLite does over tables of the versions`, async (t) => {
    const histories = shopHistories(1);
    const db = new Database(":memory:");
    const mirror = await mirrorOf(backend, histories);
    const catalog = await catalogOf(mirror);
    const declined: string[] = [];
    for (const statement of STATEMENTS) {
      await t.step(statement, async () => {
        const actual = await mirrorAnswer(mirror, catalog, writtenStatement(statement));
        const expected = modelAnswer(db, histories, statement);
        if (actual.kind === "declined") declined.push(`${statement}: ${actual.reason}`);
        const difference = differenceOf(expected, actual, ANY_ORDER);
        assert.equal(difference, null, `${difference}\n${formatOutcome(expected)}\n${formatOutcome(actual)}`);
      });
    }
    await mirror.close();
    db.close();
    assert.ok(declined.length <= 3, `declined:\n${declined.join("\n")}`);
  });
}
