import assert from "node:assert/strict";
import { openMirrored } from "./mirrored_database.ts";

interface Case {
  readonly name: string;
  readonly setup: readonly string[];
  readonly steps: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "columns are added, renamed and dropped",
    setup: [
      "create table t(id integer primary key, a text unique, b)",
      "insert into t values (1, 'x', 2.5), (2, 'y', 3.5)",
    ],
    steps: [
      "alter table t add column c integer default 7",
      "alter table t rename column a to aa",
      "replace into t values (3, 'x', 1.5, 8)",
      "alter table t drop column b",
      "update t set c = c + 1",
    ],
  },
  {
    name: "a column is dropped and added again under the same text",
    setup: [
      "create table t(id integer primary key, a, b text)",
      "insert into t values (1, 1, 'lost'), (2, 2, 'lost too')",
    ],
    steps: ["begin", "alter table t drop column b", "alter table t add column b text", "commit"],
  },
  {
    name: "a column is dropped and added again behind a generated one",
    setup: [
      "create table t(id integer primary key, a, b text, g as (a * 2))",
      "insert into t values (1, 1, 'lost'), (2, 2, 'lost too')",
    ],
    steps: [
      "begin",
      "alter table t drop column g",
      "alter table t drop column b",
      "alter table t add column b text",
      "alter table t add column g as (a * 2)",
      "commit",
    ],
  },
  {
    name: "tables are renamed, swapped and renamed in case only",
    setup: [
      'create table "a"(x)',
      'create table "b"(x)',
      "insert into a values ('in a')",
      "insert into b values ('in b'), ('too')",
    ],
    steps: [
      "begin",
      "alter table a rename to c",
      "alter table b rename to a",
      "alter table c rename to b",
      "commit",
      "insert into a values ('now a')",
      "begin",
      "alter table a rename to other",
      "alter table other rename to A",
      "commit",
      "insert into A values ('still a')",
    ],
  },
  {
    name: "a table is dropped and made again",
    setup: ["create table t(id integer primary key, a)", "insert into t values (1, 'old')"],
    steps: [
      "begin",
      "drop table t",
      "create table t(id integer primary key, a)",
      "insert into t values (1, 'new')",
      "commit",
      "drop table t",
      "create table t(other text primary key) without rowid",
      "insert into t values ('k')",
    ],
  },
  {
    name: "VACUUM renumbers rowids",
    setup: [
      "create table t(a)",
      "insert into t values ('gone'), ('x'), ('y'), ('z')",
      "delete from t where a = 'gone'",
      "create table keyed(id integer primary key, a)",
      "insert into keyed values (5, 'five'), (9, 'nine')",
    ],
    steps: ["vacuum", "update t set a = a || '!' where a > 'x'", "delete from t where a = 'x'", "vacuum"],
  },
  {
    name: "triggers are dropped by someone",
    setup: ["create table t(id integer primary key, a)", "insert into t values (1, 'x')"],
    steps: ["begin", "drop trigger _rhei_insert_1", "insert into t values (2, 'unseen')", "commit"],
  },
  {
    name: "a unique index comes and silently removes rows",
    setup: ["create table t(id integer primary key, a)", "insert into t values (1, 'x'), (2, 'y')"],
    steps: ["begin", "create unique index i on t(a)", "replace into t values (3, 'x')", "commit", "drop index i"],
  },
  {
    name: "tables come, in the same transaction as their rows",
    setup: [],
    steps: [
      "create table first(a, b)",
      "insert into first values (1, 2)",
      "begin",
      'create table "sec ond"(a real, b blob) ',
      `insert into "sec ond" values (1, x'00ff')`,
      "commit",
    ],
  },
  {
    name: "generated columns are mirrored as values",
    setup: [
      "create table t(id integer primary key, a integer, v as (a * 2), s text as ('s' || a) stored)",
      "insert into t(a) values (1), (null)",
    ],
    steps: ["update t set a = 21 where id = 1", "insert into t(a) values (9)", "delete from t where id = 2"],
  },
];

for (const { name, setup, steps } of CASES) {
  Deno.test(`Synchronizer follows the schema when ${name}`, async () => {
    await using db = await openMirrored({ setup, memory: true });
    await db.expectEqual("first load");
    let open = null;
    for (const sql of steps) {
      if (sql === "begin") open = await db.oltp.begin();
      else if (sql === "commit") {
        await open?.commit();
        open = null;
      } else if (open) await open.execute(sql);
      else await db.run(sql);
      if (open === null) await db.expectEqual(sql);
    }
    const tables = (await db.oltp.query(
      "select name from sqlite_schema where type = 'table' and name not glob 'sqlite_*' and name not glob '_rhei_*'",
    )).rows;
    assert.deepEqual(
      (await db.sync.status()).tables.filter((table) => table.state === "mirrored").map((table) => table.name).sort(),
      tables.flat().sort(),
      "all tables are mirrored",
    );
  });
}

Deno.test("Synchronizer sees rowids renumbered beside a table dropped and made anew", async () => {
  const setup = [
    "create table heap(x)",
    "insert into heap values (1), (2), (3)",
    "create table t(id integer primary key, a)",
  ];
  await using db = await openMirrored({ setup, memory: true, level: "images" });
  await db.oltp.transaction(async (transaction) => {
    for (const sql of ["drop table t", "create table t(id integer primary key, a)"]) {
      await db.source.runSchemaStatement(transaction, sql);
    }
  });
  // As many steps now as triggers of the old table went and of the new one came.
  await db.run("delete from heap where x = 1", "vacuum");
  await db.expectEqual("after all of it");
  assert.deepEqual((await db.sync.verify()).history.map(({ faultCount }) => faultCount), [0, 0]);
});

Deno.test("Synchronizer says why a table is not mirrored when it cannot be tracked", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: [
      "create virtual table f using fts5(x)",
      "create table hidden(rowid, _rowid_, oid)",
      "create table reserved(_rhei_rowid)",
      "create table computed(id integer primary key)",
      "create unique index odd on computed(id % 10)",
      "create table generated(id integer primary key, digit as (id % 10), next as (digit + 1), unique (next))",
      "create view v as select 1 as one",
    ],
  });
  const catalog = db.sync.catalog();
  const reasons = ["f", "f_data", "HIDDEN", "reserved", "computed", "generated", "sqlite_schema"].map((name) =>
    catalog.absence(name)
  );
  assert.deepEqual(reasons, [
    "it is a virtual table",
    "it belongs to a virtual table",
    "its columns rowid, _rowid_ and oid hide the rowid and it has no INTEGER PRIMARY KEY",
    "its column _rhei_rowid has a name that rhei needs",
    "its unique index odd is computed from the rowid",
    "its unique index sqlite_autoindex_generated_1 is computed from the rowid",
    "it is an internal table of the database",
  ]);
  assert.equal(catalog.view("V"), "CREATE VIEW v as select 1 as one");
  assert.equal(catalog.table("v"), undefined);
});

Deno.test("Synchronizer raises the catalog's version when and only when tables or views change", async () => {
  await using db = await openMirrored({ memory: true, setup: ["create table t(a)", "insert into t values (1)"] });
  const first = db.sync.catalog();
  await db.run("insert into t values (2)");
  await db.sync.syncNow();
  assert.equal(db.sync.catalog(), first);
  await db.run("create view v as select * from t");
  await db.sync.syncNow();
  assert.ok(db.sync.catalog().version > first.version);
  assert.equal(first.view("v"), undefined, "an old catalog stays as it was");
});
