import assert from "node:assert/strict";
import { classify, type StatementClass } from "./classify.ts";

const write = (
  verb: "insert" | "update" | "delete" | "replace",
  name: string,
  returning = false,
  schema: string | null = null,
): StatementClass => ({ kind: "write", verb, table: { schema, name }, returning });

const ddl = (
  verb: "create" | "drop" | "alter",
  object: Extract<StatementClass, { kind: "ddl" }>["object"],
  name: string,
  options: { schema?: string; temporary?: boolean } = {},
): StatementClass => ({
  kind: "ddl",
  verb,
  object,
  name: { schema: options.schema ?? null, name },
  temporary: options.temporary ?? false,
});

const pragma = (name: string, writing: boolean, schema: string | null = null): StatementClass => ({
  kind: "pragma",
  name,
  schema,
  writing,
});

const CASES: readonly (readonly [sql: string, expected: StatementClass])[] = [
  ["", { kind: "empty" }],
  [" ; -- nothing", { kind: "empty" }],
  ["select 1", { kind: "select" }],
  [";select 1; delete from t", { kind: "select" }],
  ["values (1)", { kind: "select" }],
  ["with a as (select 1), b(x) as (delete_me) select * from a", { kind: "select" }],
  ["with recursive a(b) as not materialized (select ')' union select 1) values (1)", { kind: "select" }],
  ["with a as (select 1) insert into t select * from a", write("insert", "t")],
  ["with a as (select 1) delete from t where x in a returning *", write("delete", "t", true)],
  ["with replace as (select 1) update t set a = 1", write("update", "t")],
  ["with a as (select 1) replace into t select 1", write("replace", "t")],
  ["with a as (select 1", { kind: "other" }],
  ["insert into t values (1)", write("insert", "t")],
  ['insert or replace into main."my t" values (1) returning a, b', write("insert", "my t", true, "main")],
  ["insert into t values ('returning')", write("insert", "t")],
  ['insert into t values ("returning") on conflict do nothing', write("insert", "t")],
  ["update or ignore [t t] set a = 1 where b returning 1", write("update", "t t", true)],
  ["delete from `t`", write("delete", "t")],
  ["replace into t default values", write("replace", "t")],
  ["create table if not exists t (a)", ddl("create", "table", "t")],
  ["create temp table x.t as select 1", ddl("create", "table", "t", { schema: "x", temporary: true })],
  ["create table TEMP.t (a)", ddl("create", "table", "t", { schema: "TEMP", temporary: true })],
  ["drop table temp.t", ddl("drop", "table", "t", { schema: "temp", temporary: true })],
  ["create virtual table v using fts5(a)", ddl("create", "virtualTable", "v")],
  ["create unique index i on t (a)", ddl("create", "index", "i")],
  ["create temporary view w as select 1", ddl("create", "view", "w", { temporary: true })],
  ["create trigger g after insert on t begin delete from t; end", ddl("create", "trigger", "g")],
  ["drop table if exists t", ddl("drop", "table", "t")],
  ["alter table t rename to u", ddl("alter", "table", "t")],
  ["create nonsense", { kind: "ddl", verb: "create", object: null, name: null, temporary: false }],
  ["begin", { kind: "begin", mode: "deferred" }],
  ["BEGIN IMMEDIATE TRANSACTION", { kind: "begin", mode: "immediate" }],
  ["begin exclusive", { kind: "begin", mode: "exclusive" }],
  ["commit", { kind: "commit" }],
  ["end transaction", { kind: "commit" }],
  ["rollback", { kind: "rollback", to: null }],
  ["rollback transaction", { kind: "rollback", to: null }],
  ["rollback to s1", { kind: "rollback", to: "s1" }],
  ['rollback transaction to savepoint "s 2"', { kind: "rollback", to: "s 2" }],
  ["rollback to savepoint", { kind: "other" }],
  ["savepoint s1", { kind: "savepoint", name: "s1" }],
  ["release savepoint s1", { kind: "release", name: "s1" }],
  ["release s1", { kind: "release", name: "s1" }],
  ["release savepoint", { kind: "other" }],
  ["pragma foreign_keys", pragma("foreign_keys", false)],
  ["pragma Foreign_Keys = on", pragma("foreign_keys", true)],
  ["pragma main.table_info(t)", pragma("table_info", false, "main")],
  ["pragma integrity_check = 4", pragma("integrity_check", false)],
  ["pragma journal_mode(wal)", pragma("journal_mode", true)],
  ["pragma wal_checkpoint", pragma("wal_checkpoint", true)],
  ["explain query plan select 1", { kind: "explain", queryPlan: true, statement: { kind: "select" } }],
  ["explain delete from t", { kind: "explain", queryPlan: false, statement: write("delete", "t") }],
  ["attach 'a.db' as a", { kind: "attach" }],
  ["detach a", { kind: "detach" }],
  ["vacuum into 'b.db'", { kind: "vacuum" }],
  ["analyze", { kind: "analyze" }],
  ["reindex t", { kind: "reindex" }],
  ["selct 1", { kind: "other" }],
  ["(select 1)", { kind: "other" }],
];

Deno.test("classify() tells what a statement may do", async (t) => {
  for (const [sql, expected] of CASES) await t.step(sql, () => assert.deepEqual(classify(sql), expected));
});

Deno.test("classify() refuses text that is not made of tokens", () => {
  assert.throws(() => classify("insert into t values ('open)"), { code: "SQL_SYNTAX" });
});
