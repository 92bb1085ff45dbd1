import assert from "node:assert/strict";
import Database from "libsql";
import { HtapEngine } from "../../mod.ts";
import { dumpDatabase } from "./dump_database.ts";

const SCHEMA = [
  "create table plain (id integer primary key, t text, r real, b blob)",
  "insert into plain values (1, 'it''s', 1.0, x'00ff'), (2, null, -0.0, null), (3, 'a' || char(10) || 'b', 9e999, x'')",
  "insert into plain values (-9223372036854775808, cast(x'610062' as text), 0.1, 'text in a blob column')",
  'create table "odd name" ("group" text, rowid text, primary key ("group")) without rowid',
  `insert into "odd name" values ('x', 'y')`,
  "create table computed (a integer, twice integer as (a * 2) stored)",
  "insert into computed values (21)",
  "create table counted (id integer primary key autoincrement, n)",
  "insert into counted (n) values (1), (2)",
  "delete from counted where id = 2",
  "create index plain_t on plain (t)",
  "create view seen as select * from plain",
  "create trigger noted after insert on computed begin select 1; end",
  "create virtual table words using fts5 (word)",
  "insert into words values ('hello'), ('world')",
];

async function dump(engine: HtapEngine, pattern = "%"): Promise<string> {
  let text = "";
  for await (
    const piece of dumpDatabase((sql, params) => engine.query(sql, params ?? [], { route: "oltp" }), pattern)
  ) {
    text += piece;
  }
  return text;
}

Deno.test("dumpDatabase() gives SQL that makes the same database, nothing of rhei in it", async () => {
  await using engine = await HtapEngine.open({ oltpPath: ":memory:" });
  for (const sql of SCHEMA) await engine.execute(sql);
  const text = await dump(engine);
  assert.doesNotMatch(text, /_rhei_/);
  const copy = new Database(":memory:");
  try {
    copy.exec(text);
    const rows = (sql: string): unknown => copy.prepare(sql).raw(true).all();
    const ours = async (sql: string): Promise<unknown> => (await engine.query(sql, [], { route: "oltp" })).values();
    for (
      const sql of [
        "select type, name, tbl_name from sqlite_schema where name not like '%rhei%' order by 1, 2",
        "select id, typeof(id), hex(cast(t as blob)), typeof(r), r, hex(b), typeof(b) from plain order by id",
        'select * from "odd name"',
        "select * from computed",
        "select name, seq from sqlite_sequence where name not like '%rhei%' order by 1",
        "select word from words where words match 'hello'",
      ]
    ) {
      assert.deepEqual(JSON.stringify(rows(sql), exact), JSON.stringify(await ours(sql), exact), sql);
    }
  } finally {
    copy.close();
  }
});

function exact(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value === Infinity ? "Infinity" : value;
}

Deno.test("dumpDatabase() gives only the tables whose names match", async () => {
  await using engine = await HtapEngine.open({ oltpPath: ":memory:" });
  for (const sql of SCHEMA) await engine.execute(sql);
  assert.deepEqual((await dump(engine, "comp%")).trimEnd().split("\n"), [
    "PRAGMA foreign_keys=OFF;",
    "BEGIN TRANSACTION;",
    "CREATE TABLE computed (a integer, twice integer as (a * 2) stored);",
    "INSERT INTO computed(a) VALUES(21);",
    "CREATE TRIGGER noted after insert on computed begin select 1; end;",
    "COMMIT;",
  ]);
});
