import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type RheiErrorCode } from "../../../src/errors/mod.ts";
import { type Case, fails, rowsOf } from "./harness.ts";

/** How statements fail. */
export function errors(): Record<string, Case> {
  const failures: readonly (readonly [string, string, RheiErrorCode, RegExp])[] = [
    ["a missing table", "select * from nope", "SQL_UNKNOWN_NAME", /no such table "nope"/],
    ["a missing column", "select nope from t", "SQL_UNKNOWN_NAME", /no such column "nope"/],
    ["a missing function", "select nope(1)", "SQL_UNKNOWN_NAME", /no such function "nope"/],
    ["a syntax error", "select * form t", "SQL_SYNTAX", /form|syntax/],
    ["what is no SQL", "selec 1", "SQL_SYNTAX", /selec/],
    ["an empty text", " -- nothing\n;", "SQL_SYNTAX", /holds no statement/],
    ["several statements", "select 1; select 2", "SQL_SYNTAX", /several statements/],
    ["a failing function", "select abs(-9223372036854775808)", "SQL_ERROR", /integer overflow/],
    ["a write", "insert into t values (1, 'x')", "SQL_ERROR", /no reading statement/],
    ["transaction control", "begin", "SQL_ERROR", /no reading statement/],
  ];
  const constraints: readonly (readonly [string, string, RegExp])[] = [
    ["UNIQUE", "insert into t values (2, 'one')", /UNIQUE constraint failed: t.name/],
    ["PRIMARY KEY", "insert into t values (1, 'two')", /UNIQUE constraint failed: t.id/],
    ["NOT NULL", "insert into t values (2, null)", /NOT NULL constraint failed: t.name/],
    ["CHECK", "insert into t values (2, '')", /CHECK constraint failed/],
    ["the rowid's type", "insert into t values ('x', 'y')", /datatype mismatch/],
  ];
  const table = "create table t (id integer primary key, name text not null unique check (name <> ''))";
  const cases: Record<string, Case> = {};
  for (const [name, sql, code, message] of failures) {
    cases[`query() fails clearly for ${name}`] = async (client) => {
      await client.execute(table);
      await rejects(() => client.query(sql), fails(code, message));
      await rejects(async () => await client.queryAtOnce(sql), fails(code, message));
    };
  }
  for (const [name, sql, message] of constraints) {
    cases[`execute() reports a violated ${name}`] = async (client) => {
      await client.execute(table);
      await client.execute("insert into t values (1, 'one')");
      await rejects(() => client.execute(sql), fails("SQL_CONSTRAINT", message));
      deepStrictEqual(await rowsOf(client, "select * from t"), [[1n, "one"]]);
    };
  }
  cases["execute() refuses transaction control"] = async (client) => {
    for (const sql of ["begin", "commit", "end", "rollback", "savepoint a", "release a", "rollback to a"]) {
      await rejects(() => client.execute(sql), fails("TRANSACTION_STATE", /outside a transaction object/));
    }
  };
  return cases;
}

/** What statements give. */
export function statements(): Record<string, Case> {
  return {
    "queryAtOnce() gives what query() gives, without a promise where it need not wait": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      await client.execute("insert into t values (5, 'a'), (7, x'00ff'), (8, 0.5)");
      for (const id of [5, 6, 7, 8]) {
        const rows = client.queryAtOnce("select * from t where id = ?", [id]);
        strictEqual(rows instanceof Promise, !client.capabilities.local);
        deepStrictEqual(await rows, await client.query("select * from t where id = ?", [id]));
      }
    },
    "execute() counts rows and tells the last rowid": async (client) => {
      const created = await client.execute("create table t (id integer primary key, x)");
      deepStrictEqual(created, { rowsAffected: 0, lastInsertRowid: null, rows: { columns: [], rows: [] } });
      const two = await client.execute("insert into t values (5, 'a'), (7, 'b')");
      deepStrictEqual([two.rowsAffected, two.lastInsertRowid], [2, 7]);
      strictEqual((await client.execute("update t set x = 'c'")).rowsAffected, 2);
      strictEqual((await client.execute("delete from t where id = 9")).rowsAffected, 0);
    },
    "execute() tells a rowid beyond 2^53 exactly": async (client) => {
      await client.execute("create table t (id integer primary key)");
      const inserted = await client.execute("insert into t values (?)", [2n ** 63n - 1n]);
      strictEqual(inserted.lastInsertRowid, 2n ** 63n - 1n);
    },
    "execute() gives the rows of RETURNING": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      const { rows, rowsAffected, lastInsertRowid } = await client.execute(
        "insert into t (x) values ('a'), ('b') returning id, x",
      );
      deepStrictEqual(rows.rows, [[1n, "a"], [2n, "b"]]);
      deepStrictEqual(rows.columns.map((column) => column.name), ["id", "x"]);
      deepStrictEqual([rowsAffected, lastInsertRowid], [2, 2]);
    },
    "execute() gives the rows of a SELECT without counting them": async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1), (2)");
      const { rows, rowsAffected } = await client.execute("select x from t");
      deepStrictEqual([rows.rows, rowsAffected], [[[1n], [2n]], 0]);
    },
    "query() reads pragmas and plans": async (client) => {
      await client.execute("create table t (a integer, b text)");
      deepStrictEqual((await rowsOf(client, "pragma table_info(t)")).map((row) => row[1]), ["a", "b"]);
      ok((await rowsOf(client, "explain query plan select * from t")).length > 0);
    },
    "query() gives all rows of a statement that gave one row often": async (client) => {
      await client.execute("create table t (id integer primary key, x text)");
      await client.execute("insert into t values (1, 'a'), (2, 'b')");
      for (let i = 0; i < 20; i++) deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [1]), [["a"]]);
      deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [3]), []);
      await client.execute("drop table t");
      await client.execute("create table t (id integer, x text)");
      await client.execute("insert into t values (1, 'c'), (1, 'd')");
      deepStrictEqual(await rowsOf(client, "select x from t where id = ?", [1]), [["c"], ["d"]]);
    },
    "query() runs more statements than it keeps prepared": async (client) => {
      for (let i = 0; i < 300; i++) deepStrictEqual(await rowsOf(client, `select ${i}`), [[BigInt(i)]]);
      deepStrictEqual(await rowsOf(client, "select 0"), [[0n]]);
    },
    "readInBackground() gives what query() gives": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      await client.execute("insert into t values (1, 1.5), (2, 'b'), (3, null), (4, x'00ff')");
      for (
        const sql of ["select id, x, x as x from t order by id desc", "values (1), (2.5)", "select * from t where 0"]
      ) {
        deepStrictEqual(await client.readInBackground(sql, []), await client.query(sql));
      }
    },
    "readInBackground() is cancelled by its signal": async (client) => {
      const controller = new AbortController();
      controller.abort();
      await rejects(
        () => client.readInBackground("select 1", [], { signal: controller.signal }),
        fails("CANCELLED", /cancelled/),
      );
      deepStrictEqual((await client.readInBackground("select 1", [])).rows, [[1n]]);
    },
    "readInBackground() reports a failing statement": async (client) => {
      await rejects(
        () => client.readInBackground("select abs(-9223372036854775808)", []),
        fails("SQL_ERROR", /integer overflow/),
      );
      await rejects(() => client.readInBackground("select ?", []), fails("SQL_PARAMETERS"));
    },
    "batch() runs all or none": async (client) => {
      await client.execute("create table t (id integer primary key)");
      const results = await client.batch([
        { sql: "insert into t values (?)", params: [1] },
        { sql: "insert into t values (:id)", params: { id: 2 } },
        { sql: "delete from t where id = 1" },
      ]);
      deepStrictEqual(results.map((result) => result.rowsAffected), [1, 1, 1]);
      deepStrictEqual(results.map((result) => result.lastInsertRowid).slice(0, 2), [1, 2]);
      const broken = [{ sql: "insert into t values (3)" }, { sql: "insert into t values (2)" }];
      await rejects(() => client.batch(broken), fails("SQL_CONSTRAINT"));
      const miscounted = [{ sql: "insert into t values (3)" }, { sql: "insert into t values (?)" }];
      await rejects(() => client.batch(miscounted), fails("SQL_PARAMETERS"));
      deepStrictEqual(await rowsOf(client, "select id from t"), [[2n]]);
    },
    "batch() runs nothing when given nothing": async (client) => deepStrictEqual(await client.batch([]), []),
  };
}
