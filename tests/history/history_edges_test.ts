import assert from "node:assert/strict";
import Database from "libsql";
import { historyRefsOf, parseSelect } from "../../src/sql/mod.ts";
import { historyTableName } from "../../src/types/mod.ts";
import { batchOf, commit, keysOf } from "../conformance/olap/fixtures.ts";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { catalogOf, mirrorAnswer, mirrorOf, modelAnswer, writtenStatement } from "./answers.ts";
import { mirrorTablesOf, type ModelHistory, type ModelTable, timeOf, type Version } from "./version_model.ts";

const ANY_ORDER = { realTolerance: 1e-12, order: [], looseText: false } as const;

const SHELF: ModelTable = {
  name: "shelf",
  id: 7,
  key: { kind: "rowid", alias: "id", accessName: "rowid" },
  columns: [
    { name: "id", type: "INTEGER", class: "integer", value: () => null },
    { name: "qty", type: "INTEGER", class: "integer", value: () => null },
  ],
};

function version(id: bigint, qty: bigint, from: number, to: number | null, operation: Version["operation"]): Version {
  return { values: [id, qty], from, to, operation };
}

/** Every row has changed at 4, so that all living versions began then and all ended ones had ended; one was deleted at 6. */
const CHANGED: ModelHistory = {
  table: SHELF,
  ended: [
    version(1n, 10n, 2, 4, "I"),
    version(2n, 20n, 2, 4, "I"),
    version(3n, 30n, 4, 6, "I"),
    version(3n, 30n, 6, 6, "D"),
  ],
  alive: [version(1n, 11n, 4, null, "U"), version(2n, 21n, 4, null, "U")],
};

const HISTORIES: Readonly<Record<string, ModelHistory>> = {
  "nothing ever was": { table: SHELF, ended: [], alive: [] },
  "nothing has ended": { table: SHELF, ended: [], alive: [version(1n, 10n, 2, null, "I")] },
  "nothing lives": { table: SHELF, ended: [version(1n, 10n, 2, 4, "I"), version(1n, 10n, 4, 4, "D")], alive: [] },
  "all has changed": CHANGED,
};

const MICROSECOND = 0.000001;

/** Before, at and behind each transaction by the least there is. */
const TIMES = [2, 4, 6].flatMap((at) => [at - MICROSECOND, at, at + MICROSECOND]);

function statements(): string[] {
  const asOf = TIMES.flatMap((at) => [
    `select * from {shelf at ${at.toFixed(6)}} s`,
    `select s.id, n.id, s.qty + n.qty from {shelf at ${at.toFixed(6)}} s left join {shelf} n on n.id = s.id`,
    `select count(*), sum(qty), max(qty) from {shelf at ${at.toFixed(6)}} s`,
  ]);
  const between = TIMES.flatMap((from) =>
    [from - MICROSECOND, from, from + MICROSECOND, 9].map((to) =>
      `select * from {shelf ${from.toFixed(6)}..${to.toFixed(6)}} s`
    )
  );
  return [...asOf, ...between];
}

for (const backend of BACKENDS) {
  for (const [name, history] of Object.entries(HISTORIES)) {
    Deno.test(`${backend} answers at the edges of versions as SQLite does where ${name}`, async () => {
      const db = new Database(":memory:");
      const mirror = await mirrorOf(backend, [history]);
      const catalog = await catalogOf(mirror);
      for (const statement of statements()) {
        const expected = modelAnswer(db, [history], statement);
        const actual = await mirrorAnswer(mirror, catalog, writtenStatement(statement));
        const difference = differenceOf(expected, actual, ANY_ORDER);
        assert.equal(difference, null, `${statement}: ${difference}\n${formatOutcome(actual)}`);
      }
      await mirror.close();
      db.close();
    });
  }

  Deno.test(`${backend} answers a statement compiled before versions ended with them`, async () => {
    const alive = [version(1n, 10n, 2, null, "I"), version(2n, 20n, 2, null, "I")];
    // Many enough for what is added later to stay within what is known of numbers: only the times tell.
    const ended = Array.from({ length: 9 }, (_, at) => version(BigInt(at + 3), 20n, 2, 3, "I"));
    const mirror = await mirrorOf(backend, [{ table: SHELF, ended, alive }]);
    const text = "select id, qty from shelf for system_time as of '2026-03-01' s order by id";
    const query = parseSelect(text);
    const at = { kind: "asOf", at: timeOf(5) } as const;
    const periods = new Map(historyRefsOf(query).map(({ systemTime }) => [systemTime, at]));
    const compiled = await mirror.compile({ text, query, parameters: [], catalog: await catalogOf(mirror), periods });
    assert(compiled.kind === "compiled");
    const rows = async () => (await mirror.run(compiled.query)).rows;
    assert.deepEqual(await rows(), [[1n, 10n], [2n, 20n]]);

    const tables = mirrorTablesOf(SHELF);
    const change = (number: number, to: number, id: bigint, qty: bigint) =>
      commit(mirror, number, async (transaction) => {
        const ended = [BigInt(number), id, qty, timeOf(2), timeOf(to), "I"];
        await transaction.append(historyTableName(SHELF.id, "closed"), batchOf(tables.closed, [ended]));
        const living = [id, qty + 1n, timeOf(to), "U"];
        await transaction.change(tables.open.name, batchOf(tables.open, [living]), keysOf(tables.open, []));
      });
    await change(10, 5, 1n, 10n);
    assert.deepEqual(await rows(), [[1n, 11n], [2n, 20n]], "a version ended at the very time");
    await change(11, 6, 2n, 20n);
    assert.deepEqual(await rows(), [[1n, 11n], [2n, 20n]], "a version ended after it");
    await mirror.close();
  });
}
