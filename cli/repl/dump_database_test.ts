import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { HtapEngine } from "../../mod.ts";
import { splitStatements } from "../../src/sql/mod.ts";
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

Deno.test("dumpDatabase() keeps rowids of full-text tables, texts that are not UTF-8 and definitions that end in a comment", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const source = new Database(join(folder, "a.db"));
    source.exec(`
      create table t (a, b text);
      insert into t values (cast(x'63ff' as text), 'café ﻿'), (x'63ff', cast(x'efbbbf00' as text));
      create view v as select a from t -- all
      ;
      create index i on t (b) -- by b
      ;
      create virtual table words using fts5 (word);
      insert into words (rowid, word) values (7, 'hello'), (3, 'world');
      create virtual table old using fts4 (word);
      insert into old (rowid, word) values (9, 'hello');
    `);
    source.close();
    await using engine = await HtapEngine.open({ oltpPath: join(folder, "a.db") });
    const copy = new Database(":memory:");
    try {
      copy.exec(await dump(engine));
      const rows = (sql: string): unknown => copy.prepare(sql).raw(true).all();
      assert.deepEqual(rows("select typeof(a), hex(a), hex(b) from t"), [
        ["text", "63FF", "636166C3A920EFBBBF"],
        ["blob", "63FF", "EFBBBF00"],
      ]);
      assert.deepEqual(rows("select count(*) from v"), [[2]]);
      assert.deepEqual(rows("select name from sqlite_schema where name in ('i', 'v') order by 1"), [["i"], ["v"]]);
      assert.deepEqual(rows("select rowid from words where words match 'hello'"), [[7]]);
      assert.deepEqual(rows("select rowid from words where words match 'world'"), [[3]]);
      assert.deepEqual(rows("select rowid from old where old match 'hello'"), [[9]]);
    } finally {
      copy.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Full-text tables that keep no rows of their own, and what finds words in each. */
const ROWLESS: readonly (readonly [definition: string, filled: string])[] = [
  ["fts5 (word, content='t', content_rowid='id')", "insert into words (words) values ('rebuild')"],
  ["fts5 (word, content='')", "insert into words (rowid, word) values (9, 'hello'), (4, 'world')"],
  ["fts4 (content='', word)", "insert into words (docid, word) values (9, 'hello'), (4, 'world')"],
  ["fts4 (content='t', word)", "insert into words (words) values ('rebuild')"],
];

for (const [definition, filled] of ROWLESS) {
  Deno.test(`dumpDatabase() carries the index of a full-text table ${definition}`, async () => {
    await using engine = await HtapEngine.open({ oltpPath: ":memory:" });
    for (
      const sql of [
        "create table t (id integer primary key, word text)",
        "insert into t values (9, 'hello'), (4, 'world')",
        `create virtual table words using ${definition}`,
        filled,
        "create trigger t_words after insert on t begin insert into words (rowid, word) values (new.id, new.word); end",
      ]
    ) await engine.execute(sql);
    const text = await dump(engine);
    const copy = new Database(":memory:");
    try {
      copy.exec(text);
      const found = (word: string): unknown =>
        copy.prepare("select rowid from words where words match ?").raw(true).all(word);
      assert.deepEqual([found("hello"), found("world")], [[[9]], [[4]]]);
      copy.exec("insert into t values (12, 'hello')");
      assert.deepEqual(found("hello"), [[9], [12]]);
    } finally {
      copy.close();
    }
    await using restored = await HtapEngine.open({ oltpPath: ":memory:" });
    for (const { text: sql } of splitStatements(text)) await restored.run(sql);
    assert.equal(await dump(restored), text);
  });
}

Deno.test("dumpDatabase() writes the texts of a UTF-16 database", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const source = new Database(join(folder, "a.db"));
    source.exec(
      "pragma encoding = 'UTF-16le'; create table t (a); insert into t values ('café'), ('a' || char(0) || 'b')",
    );
    source.close();
    await using engine = await HtapEngine.open({ oltpPath: join(folder, "a.db") });
    assert.match(
      await dump(engine),
      /INSERT INTO t VALUES\('café'\);\nINSERT INTO t VALUES\(CAST\(x'610062' AS TEXT\)\);/i,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

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
