import assert from "node:assert/strict";
import Database from "libsql";
import { Random } from "../fuzz/random.ts";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { catalogOf, mirrorAnswer, mirrorOf, modelAnswer, writtenStatement } from "./answers.ts";
import { randomStatement } from "./random_statements.ts";
import { shopHistories } from "./shop_history.ts";

const SEEDS = Number(Deno.env.get("RHEI_HISTORY_SEEDS") ?? 2);
const STATEMENTS = 60;
const ANY_ORDER = { realTolerance: 1e-12, order: [], looseText: false } as const;

for (const backend of BACKENDS) {
  Deno.test(`${backend} answers random statements over versions as SQLite does over tables of them`, async () => {
    let [answered, asked] = [0, 0];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      const histories = shopHistories(seed);
      const db = new Database(":memory:");
      const mirror = await mirrorOf(backend, histories);
      const catalog = await catalogOf(mirror);
      for (let count = 0; count < STATEMENTS; count++) {
        const statement = randomStatement(random);
        const expected = modelAnswer(db, histories, statement);
        const actual = await mirrorAnswer(mirror, catalog, writtenStatement(statement));
        asked++;
        if (actual.kind === "rows") answered++;
        const difference = differenceOf(expected, actual, ANY_ORDER);
        const shown = `seed ${seed}: ${statement}\n${difference}\n${formatOutcome(expected)}\n${formatOutcome(actual)}`;
        assert.equal(difference, null, shown);
      }
      await mirror.close();
      db.close();
    }
    assert.ok(answered > 0.7 * asked, `only ${answered} of ${asked} statements were answered`);
  });
}
