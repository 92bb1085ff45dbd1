import assert from "node:assert/strict";
import Database from "libsql";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { catalogOf, mirrorAnswer, mirrorOf, modelAnswer, writtenStatement } from "./answers.ts";
import { ORDERS } from "./shop_history.ts";
import type { ModelHistory, Version } from "./version_model.ts";

/** Rows, each changed by every transaction in turn: so many versions that bounds of zones exclude most of them. */
const ROWS = 20_000;
const TRANSACTIONS = 6;

/** Every transaction changes all rows, but the last only some; texts of `city` differ from row to row. */
function manyVersions(): ModelHistory {
  const values = (id: number, now: number): Version["values"] => [
    BigInt(id),
    `city ${id * 7 % 20_011}`,
    `code ${(id + now) % 5}`,
    BigInt((id * 31 + now * 17) % 1000),
    (id % 64) / 8,
    null,
    now % 2 === 0 ? `note ${id % 3}` : null,
  ];
  const ended: Version[] = [];
  const alive: Version[] = [];
  for (let now = 1; now < TRANSACTIONS; now++) {
    for (let id = 1; id <= ROWS; id++) {
      const isLast = now === TRANSACTIONS - 1 && id % 3 > 0;
      const version: Version = {
        values: values(id, now),
        from: now,
        to: isLast ? null : now + 1,
        operation: now === 1 ? "I" : "U",
      };
      (isLast ? alive : ended).push(version);
    }
  }
  for (let id = 3; id <= ROWS; id += 3) {
    alive.push({ values: values(id, TRANSACTIONS), from: TRANSACTIONS, to: null, operation: "U" });
  }
  return { table: ORDERS, ended, alive };
}

const STATEMENTS: readonly string[] = [
  "select count(*), sum(qty), sum(total), min(id), max(id) from {orders at 1} o",
  "select count(*), sum(qty), sum(total) from {orders at 3.5} o where id between 100 and 15000",
  "select count(*), sum(qty) from {orders at 5} o",
  "select count(*), sum(qty) from {orders at 6} o",
  "select qty % 9, count(*), sum(qty), min(city), max(total) from {orders at 2} o group by 1",
  "select code || '', note, count(*), avg(qty) from {orders all} o group by 1, note",
  "select city, count(*) from {orders 2..4} o where qty < 20 group by city having count(*) > 1",
  "select o.qty % 10, count(*), sum(o.qty - p.qty) from {orders at 2} o join {orders at 5} p using (id) group by 1",
  "select count(*) from {orders at 2} o left join {orders at 5} p on o.city = p.city and p.qty > 990",
  "select id, qty, city from {orders at 4} o where qty = 7",
  "select id, _rhei_valid_to from {orders all} o where id = 12345",
  "select id, qty from {orders at 3} o order by qty desc, id limit 20",
  "select distinct note from {orders 1..6} o",
  "select qty % 7, rank() over (order by count(*)) from {orders at 6} o group by 1",
];

const ANY_ORDER = { realTolerance: 1e-12, order: [], looseText: false } as const;

for (const backend of BACKENDS) {
  Deno.test(`${backend} answers FOR SYSTEM_TIME over ${ROWS * TRANSACTIONS} versions`, async () => {
    const histories = [manyVersions()];
    const db = new Database(":memory:");
    const mirror = await mirrorOf(backend, histories);
    const catalog = await catalogOf(mirror);
    for (const statement of STATEMENTS) {
      const actual = await mirrorAnswer(mirror, catalog, writtenStatement(statement));
      assert.notEqual(actual.kind, "declined", `${statement}: ${formatOutcome(actual)}`);
      const expected = modelAnswer(db, histories, statement);
      const difference = differenceOf(expected, actual, ANY_ORDER);
      assert.equal(
        difference,
        null,
        `${statement}\n${difference}\n${formatOutcome(expected)}\n${formatOutcome(actual)}`,
      );
    }
    await mirror.close();
    db.close();
  });
}
