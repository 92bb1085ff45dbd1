import assert from "node:assert/strict";
import Database from "libsql";
import { RheiError } from "../../mod.ts";
import { TriggerLog } from "../../src/cdc/mod.ts";
import { HistoryReads } from "../../src/engine/history_reads.ts";
import type { QueryCall } from "../../src/engine/query_call.ts";
import { QueryPlanner } from "../../src/engine/query_planner.ts";
import type { QueryResult } from "../../src/engine/query_result.ts";
import { analyzeStatement, type ReadableSelect } from "../../src/engine/statement.ts";
import type { OlapBackend } from "../../src/olap/mod.ts";
import { type OltpClient, openOltp } from "../../src/oltp/mod.ts";
import type { SqlParameters } from "../../src/types/mod.ts";
import { differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS } from "../support/dual_engine.ts";
import { catalogOf, mirrorOf, modelAnswer, writtenStatement } from "./answers.ts";
import { shopHistories } from "./shop_history.ts";
import { STATEMENTS } from "./statements.ts";
import { type ModelHistory, sourceScript } from "./version_model.ts";

const ANY_ORDER = { realTolerance: 1e-12, order: [], looseText: false } as const;

async function sourceOf(histories: readonly ModelHistory[]): Promise<OltpClient> {
  const oltp = await openOltp({ path: ":memory:" });
  for (const history of histories) {
    const { create, insert, rows } = sourceScript(history);
    await oltp.execute(create);
    await oltp.batch(rows.map((params) => ({ sql: insert, params })));
  }
  await oltp.execute("CREATE VIEW large AS SELECT * FROM orders WHERE qty > 20");
  return oltp;
}

/** A mirror that declines every statement. */
function declining(backend: OlapBackend): OlapBackend {
  return new Proxy(backend, {
    get(target, name) {
      if (name === "compile") return () => Promise.resolve({ kind: "declined", reason: "for a test", cause: "test" });
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

interface Reading extends AsyncDisposable {
  readonly histories: readonly ModelHistory[];
  read(text: string, options?: Partial<QueryCall>, pinned?: string): Promise<QueryResult>;
}

async function reading(backendName: typeof BACKENDS[number], declines: boolean): Promise<Reading> {
  const histories = shopHistories(2);
  const oltp = await sourceOf(histories);
  const backend = await mirrorOf(backendName, histories);
  const mirror = { catalog: await catalogOf(backend), backend: declines ? declining(backend) : backend };
  const reads = new HistoryReads(
    oltp,
    new QueryPlanner(oltp, null),
    { fresh: () => Promise.resolve({ mirror, lag: { changes: 0, milliseconds: 0 } }) },
    new TriggerLog(oltp),
    null,
  );
  return {
    histories,
    read(text, options = {}, pinned) {
      const statement = analyzeStatement(text);
      const call: QueryCall = {
        params: [] as SqlParameters,
        route: "auto",
        freshness: { kind: "latest" },
        signal: undefined,
        startedMs: performance.now(),
        ...options,
      };
      return reads.run(statement, statement.select as ReadableSelect, call, pinned ?? null);
    },
    async [Symbol.asyncDispose]() {
      await backend.close();
      await oltp.close();
    },
  };
}

/** What only a copy answers: ties, folded groups, functions that no mirror has. */
const MORE_STATEMENTS: readonly string[] = [
  "select id, qty from {orders all} a limit 7",
  "select 1 as one, city, max(qty) over (partition by city) from {orders at 30} a order by one limit 4 offset 3",
  "select id, qty from {orders at 30} a order by city limit 4",
  "select *, (select count(*) from {orders all} v where v.id = a.id) from {orders at 30} a",
  "select city, group_concat(qty) from {orders at 30} a group by city",
  "select id, sqlite_version() is not null from {orders at 30} a where rowid = 3",
  "select l.id, a.qty from large l join {orders at 30} a using (id)",
  "select n.id, o.qty from {orders} n join {orders at 44} o on o.id = n.id and random() is not null",
  "select rowid, kind, random() is not null from {events at 25} a",
];

for (const backend of BACKENDS) {
  Deno.test(`HistoryReads with ${backend} answers every statement as SQLite does`, async () => {
    const db = new Database(":memory:");
    await using engine = await reading(backend, false);
    db.exec("create view large as select * from orders_present where qty > 20");
    for (const statement of [...STATEMENTS, ...MORE_STATEMENTS]) await compare(engine, db, statement);
    db.close();
  });
}

Deno.test("HistoryReads answers every statement as SQLite does when the mirror declines them all", async () => {
  const db = new Database(":memory:");
  await using engine = await reading("duckdb", true);
  db.exec("create view large as select * from orders_present where qty > 20");
  for (const statement of [...STATEMENTS, ...MORE_STATEMENTS]) {
    if (/rowid, \*/.test(statement)) continue;
    const { target, engine: name, reason } = await compare(engine, db, statement);
    assert.deepEqual([target, name], ["oltp", "libsql"]);
    assert.match(reason, /^declined: for a test; libSQL read a copy of the versions$/);
  }
  db.close();
});

async function compare(engine: Reading, db: Database.Database, statement: string): Promise<QueryResult> {
  const result = await engine.read(writtenStatement(statement));
  const expected = modelAnswer(db, engine.histories, statement);
  const actual = { kind: "rows", columns: result.columns, rows: result.exactRows() } as const;
  const written = { ...expected, columns: columnsAsWritten(statement, expected, actual) } as typeof expected;
  const difference = differenceOf(written, actual, ANY_ORDER);
  assert.equal(difference, null, `${statement}\n${difference}\n${formatOutcome(expected)}\n${formatOutcome(actual)}`);
  return result;
}

/** A column named after its text has another text in SQLite's statement. */
function columnsAsWritten(
  statement: string,
  expected: ReturnType<typeof modelAnswer>,
  actual: { columns: readonly { name: string }[] },
) {
  if (expected.kind !== "rows") return [];
  return expected.columns.map((column, at) => {
    if (!/_(all|asOf|between|present)/.test(column.name)) return column;
    assert.ok(writtenStatement(statement).includes(actual.columns[at]!.name), actual.columns[at]!.name);
    return { ...column, name: actual.columns[at]!.name };
  });
}

const TIMES: readonly (readonly [clause: string, params: SqlParameters, rows: "all" | "none"])[] = [
  ["as of '2030-01-01'", [], "all"],
  ["as of ?", ["2030-01-01T00:00:00+02:00"], "all"],
  ["as of ?", [4_000_000_000_000], "all"],
  ["as of ?1", [4_000_000_000_000.5], "all"],
  ["as of :t", { t: 0 }, "none"],
  ["as of datetime('2031-01-01', '-1 year')", [], "all"],
  ["as of datetime(?, '-50 years')", ["2030-01-01"], "none"],
  ["as of date('now', '-100 years')", [], "none"],
  ["as of CURRENT_TIMESTAMP + 0", [], "none"],
  ["between 0 and 1 + ?", [5], "none"],
];

for (const [clause, params, rows] of TIMES) {
  Deno.test(`FOR SYSTEM_TIME ${clause} with ${JSON.stringify(params)} gives ${rows} of the rows`, async () => {
    await using engine = await reading("arrow", false);
    const { rows: alive } = { rows: engine.histories[0]!.alive.length };
    const result = await engine.read(`select count(*) from orders for system_time ${clause} o`, { params });
    assert.deepEqual(result.values(), [[rows === "all" ? alive : 0]]);
  });
}

Deno.test("HistoryReads binds what is left of the parameters when libSQL reads a copy", async () => {
  await using engine = await reading("duckdb", true);
  const sql = "select ?, :name, o.id > ? from orders for system_time as of ? o, " +
    "orders for system_time as of :late p where o.id = p.id and o.id = ?6 and date('now') is not null";
  const { id, at } = { id: engine.histories[0]!.alive[0]!.values[0] as bigint, at: 4_000_000_000_000 };
  const result = await engine.read(sql, { params: ["first", "named", 0, at, at, id] });
  assert.deepEqual(result.columns.map(({ name }) => name), ["?", ":name", "o.id > ?"]);
  assert.deepEqual(result.values(), [["first", "named", 1]]);
});

const REFUSED: readonly (readonly [sql: string, code: string, message: RegExp, at: string | null])[] = [
  ["select * from orders for system_time as of 'yesterday'", "SQL_SYNTAX", /"yesterday" is none/, "'yesterday'"],
  ["select * from orders for system_time as of null", "SQL_SYNTAX", /null is none/, "null"],
  ["select * from orders for system_time as of id", "SQL_SYNTAX", /is a constant/, "id"],
  ["select * from orders for system_time as of (select 1)", "SQL_SYNTAX", /is a constant/, "(select 1)"],
  ["select * from large for system_time all", "HISTORY_UNAVAILABLE", /"large": it is a view/, "large"],
  ["with o as (select 1) select * from o for system_time all", "HISTORY_UNAVAILABLE", /it is a common table/, "o"],
  ["select * from temp.orders for system_time all", "HISTORY_UNAVAILABLE", /outside the main database/, "orders"],
  ["select * from absent for system_time all", "SQL_UNKNOWN_NAME", /no such table/, "absent"],
  ["select nope from orders for system_time all", "SQL_UNKNOWN_NAME", /nope/, null],
  ["select _rhei_instant_text(1) from orders for system_time all", "SQL_UNKNOWN_NAME", /_rhei_instant_text/, null],
];

Deno.test("HistoryReads says what is wrong with a statement and where", async (t) => {
  await using engine = await reading("duckdb", false);
  for (const [sql, code, message, at] of REFUSED) {
    await t.step(sql, async () => {
      await assert.rejects(engine.read(sql), (error) => {
        assert.ok(error instanceof RheiError, String(error));
        assert.deepEqual([error.code, message.test(error.message)], [code, true], `${error.code} ${error.message}`);
        const { pointer } = error;
        assert.equal(pointer === undefined ? null : sql.slice(pointer.start, pointer.end), at);
        return true;
      });
    });
  }
});

Deno.test("HistoryReads refuses transactions and route oltp", async () => {
  await using engine = await reading("duckdb", false);
  const sql = "select * from orders for system_time all";
  await assert.rejects(engine.read(sql, {}, "inside a transaction"), { code: "HISTORY_UNAVAILABLE" });
  await assert.rejects(engine.read(sql, { route: "oltp" }), { code: "HISTORY_UNAVAILABLE" });
  await assert.rejects(engine.read(`${sql} o, orders p where random() > p.id`, { route: "olap" }), {
    code: "OLAP_DECLINED",
  });
});
