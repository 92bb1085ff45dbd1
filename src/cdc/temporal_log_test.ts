import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError } from "../errors/mod.ts";
import { type OltpClient, openOltp } from "../oltp/mod.ts";
import type { LogEvent } from "./log_event.ts";
import { TriggerLog } from "./trigger_log.ts";

/** Two clients of one database: the second knows nothing of capture. */
async function withTwo(body: (oltp: OltpClient, foreign: OltpClient, log: TriggerLog) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "app.db");
    await using oltp = await openOltp({ path });
    await using foreign = await openOltp({ path });
    await body(oltp, foreign, new TriggerLog(oltp, "images"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function endOf(oltp: OltpClient): Promise<number> {
  return (await new TriggerLog(oltp).position())?.sequence ?? 0;
}

async function eventsAfter(oltp: OltpClient, from: number): Promise<LogEvent[]> {
  await using snapshot = await oltp.snapshot();
  const to = await endOf(oltp);
  const events: LogEvent[] = [];
  for await (const batch of new TriggerLog(oltp).events(snapshot, { from, to }, 2)) events.push(...batch);
  return events;
}

/** An event in a few words; of a mark only how many rows it covers. */
function told(event: LogEvent): string[] {
  switch (event.kind) {
    case "row": {
      const row = `${event.operation} ${event.key.join(",")}`;
      return [event.image === null ? row : `${row}=${event.image.join(",")}`, ...(event.isAlone ? ["commit 1"] : [])];
    }
    case "commit":
      return [`commit ${event.seq - event.firstSeq}`];
    case "layout":
      return [`layout ${event.columns.join(",")}${[...event.renamed].map(([from, to]) => ` ${from}>${to}`).join("")}`];
    case "reload":
    case "drop":
      return [event.kind];
  }
}

async function toldAfter(oltp: OltpClient, from: number): Promise<string[]> {
  return (await eventsAfter(oltp, from)).flatMap(told);
}

async function ownObjects(oltp: OltpClient): Promise<unknown[]> {
  const { rows } = await oltp.query("SELECT name FROM sqlite_schema WHERE name GLOB '_rhei_*' ORDER BY name");
  return rows.map(([name]) => name);
}

Deno.test("TriggerLog tells which rows are one transaction of the engine's, and which are another's", async () => {
  await withTwo(async (oltp, foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a)");
    await log.ensure("all");
    const from = await endOf(oltp);
    await oltp.execute("insert into t values (1, 'x'), (2, 'y')");
    await foreign.execute("insert into t values (3, 'foreign')");
    await oltp.transaction(async (transaction) => {
      await transaction.execute("update t set a = 'z' where id = 1");
      await transaction.execute("delete from t where id = 2");
    });
    await assert.rejects(oltp.batch([{ sql: "delete from t" }, { sql: "insert into t values (1, 1), (1, 1)" }]));
    const events = await eventsAfter(oltp, from);
    assert.deepEqual(events.flatMap(told), [
      "I 1=1,x",
      "I 2=2,y",
      "commit 2",
      "I 3=3,foreign",
      "U 1=1,z",
      "D 2",
      "commit 2",
    ]);
    const times = events.flatMap((event) => event.kind === "commit" ? event.at : []);
    assert.ok(times[0]! < times[1]!);
    for (const event of events) {
      if (event.kind === "row" || event.kind === "commit") {
        assert.ok(Math.abs(Date.now() - (event.at ?? 0) / 1000) < 3_600_000, "µs of today");
      }
    }
    await using snapshot = await oltp.snapshot();
    const commits = await log.commits(snapshot, { from, to: await endOf(oltp) });
    assert.deepEqual(commits, events.filter(({ kind }) => kind === "commit"));
  });
});

const LOGGING: readonly { readonly sql: string; readonly told: readonly string[] }[] = [
  { sql: "insert into t values (9, 'x')", told: ["I 9=9,x", "commit 1"] },
  { sql: "insert into t values (8, 'x'), (9, 'y')", told: ["I 8=8,x", "I 9=9,y", "commit 2"] },
  { sql: "insert into v values (9)", told: ["I 9=9,by v", "commit 1"] },
  { sql: "insert into own values (9)", told: ["I 9=9,by own", "commit 1"] },
  { sql: "insert into out values (9)", told: ["I 9=9,by out", "commit 1"] },
  { sql: "delete from parent", told: ["D 1", "D 2", "commit 2"] },
  { sql: "insert into bare values (9)", told: [] },
  { sql: "insert into temp.other values (9)", told: [] },
];

for (const { sql, told: expected } of LOGGING) {
  Deno.test(`TriggerLog has marks for what reaches a tracked table by whatever way: ${sql}`, async () => {
    await withTwo(async (oltp, _foreign, log) => {
      const setup = [
        "create table t(id integer primary key, a)",
        "create table parent(id integer primary key)",
        "create table child(id integer primary key references parent on delete cascade)",
        "insert into parent values (1), (2)",
        "insert into child values (1), (2)",
        "create table out(id)",
        "create table bare(id)",
        "create view v as select id from t",
        "create trigger by_v instead of insert on v begin insert into t values (new.id, 'by v'); end",
        "create trigger by_out after insert on out begin insert into t values (new.id, 'by out'); end",
        "create temp table own(id)",
        "create temp table other(id)",
        "create temp trigger by_own after insert on own begin insert into t values (new.id, 'by own'); end",
        "pragma foreign_keys = on",
      ];
      for (const statement of setup) await oltp.execute(statement);
      await log.track(["t", "child"]);
      const runs = async () => {
        const from = await endOf(oltp);
        await oltp.execute(sql);
        return await toldAfter(oltp, from);
      };
      assert.deepEqual(await runs(), expected, "when run for the first time");
      await oltp.execute("delete from t");
      await oltp.batch([1, 2].flatMap((id) => [
        { sql: `insert or ignore into parent values (${id})` },
        { sql: `insert or ignore into child values (${id})` },
      ]));
      assert.deepEqual(await runs(), expected, "when it is known");
    });
  });
}

for (
  const [name, made, sql, expected] of [
    ["a statement", [], "insert or replace into t values (9, x'ff')", "I 9=9,255"],
    [
      "a trigger",
      ["create trigger by_other after insert on other begin insert or replace into t values (9, X'ff00'); end"],
      "insert into other values (1)",
      "I 9=9,255,0",
    ],
  ] as const
) {
  Deno.test(`TriggerLog has marks where ${name} holds bytes that are no text`, async () => {
    await withTwo(async (oltp, _foreign, log) => {
      await oltp.execute("create table t(id integer primary key, a)");
      for (const statement of ["create table other(id)", ...made]) await oltp.execute(statement);
      await log.track(["t"]);
      for (let run = 1; run <= 2; run++) {
        const from = await endOf(oltp);
        await oltp.execute(sql);
        assert.deepEqual(await toldAfter(oltp, from), [expected, "commit 1"], `run ${run}`);
        await oltp.execute("delete from t");
      }
    });
  });
}

Deno.test("TriggerLog has marks for a cascade from the moment on at which foreign keys are enforced", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("create table parent(id integer primary key)");
    await oltp.execute("create table child(id integer primary key, p references parent on delete cascade)");
    await oltp.execute("pragma foreign_keys = off");
    await log.track(["child"]);
    for (const id of [1, 2, 3]) await oltp.execute("insert into parent values (?)", [id]);
    await oltp.execute("insert into child values (30, 3), (31, 3)");
    const from = await endOf(oltp);
    for (const id of [1, 2]) await oltp.execute("delete from parent where id = ?", [id]);
    await oltp.execute("pragma foreign_keys = on");
    await oltp.execute("delete from parent where id = ?", [3]);
    assert.deepEqual(await toldAfter(oltp, from), ["D 30", "D 31", "commit 2"]);
  });
});

Deno.test("TriggerLog keeps nobody waiting for a write to a temporary table", async () => {
  await withTwo(async (oltp, foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a)");
    await oltp.execute("create temp table own(id)");
    await log.ensure("all");
    const writer = await foreign.begin("immediate");
    await writer.execute("insert into t values (1, 'x')");
    for (const sql of ["insert into own values (1)", "update own set id = 2", "delete from temp.own"]) {
      assert.equal((await oltp.execute(sql)).rowsAffected, 1);
    }
    await writer.commit();
  });
});

Deno.test("TriggerLog takes back the mark of a transaction that cannot commit yet", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("pragma foreign_keys = on");
    await oltp.execute("create table p(id integer primary key)");
    await oltp.execute("create table c(id integer primary key, p references p deferrable initially deferred)");
    await log.ensure("all");
    const from = await endOf(oltp);
    const one = await oltp.begin();
    await one.execute("insert into c values (1, 7)");
    await assert.rejects(one.commit());
    await one.execute("insert into p values (7)");
    await one.commit();
    const two = await oltp.begin();
    await two.execute("insert into c values (2, 8), (3, 8)");
    await assert.rejects(two.commit());
    await two.execute("insert into p values (8)");
    await two.commit();
    assert.deepEqual(await toldAfter(oltp, from), [
      "I 1=1,7",
      "I 7=7",
      "commit 2",
      "I 2=2,8",
      "I 3=3,8",
      "I 8=8",
      "commit 3",
    ]);
  });
});

Deno.test("TriggerLog leaves last_insert_rowid() and changes() as the application knows them", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a unique)");
    await log.ensure("all");
    for (let at = 0; at < 9; at++) await oltp.execute("insert into t(a) values (?)", [at]);
    assert.deepEqual(
      await oltp.execute("insert into t values (77, 'x')").then(({ rowsAffected, lastInsertRowid }) => [
        rowsAffected,
        lastInsertRowid,
      ]),
      [1, 77],
    );
    const open = await oltp.begin();
    const ask = async () => (await open.query("select last_insert_rowid(), changes()")).rows[0];
    assert.deepEqual((await ask())?.[0], 77n);
    await open.execute("insert or replace into t values (78, 'x')");
    assert.deepEqual(await ask(), [78n, 1n]);
    await open.execute("update t set a = a || '!' where id < 4");
    assert.deepEqual(await ask(), [78n, 3n]);
    await open.commit();
    const next = await oltp.begin();
    assert.deepEqual((await next.query("select last_insert_rowid()")).rows, [[78n]]);
    await next.rollback();
  });
});

const ALTERS: readonly { readonly sql: string; readonly told: readonly string[] }[] = [
  { sql: "alter table t add column c default 5", told: ["layout id,a,b,c", "reload", "I 2=2,x,y,5"] },
  { sql: "alter table t rename column a to b2", told: ["layout id,b2,b a>b2", "reload", "I 2=2,x,y"] },
  { sql: 'alter table t rename column b to "b ""2"', told: ['layout id,a,b "2 b>b "2', "reload", "I 2=2,x,y"] },
  { sql: "alter table t rename column id to key", told: ["layout key,a,b id>key", "reload", "I 2=2,x,y"] },
  { sql: "alter table t rename to u", told: ["layout id,a,b", "reload", "I 2=2,x,y"] },
  { sql: "alter table t drop column a", told: ["layout id,b", "reload", "I 2=2,y"] },
];

for (const { sql, told: expected } of ALTERS) {
  Deno.test(`runSchemaStatement() leads images from one layout to the next: ${sql}`, async () => {
    await withTwo(async (oltp, _foreign, log) => {
      await oltp.execute("create table t(id integer primary key, a, b)");
      await log.ensure("all");
      await oltp.execute("insert into t values (1, 'p', 'q')");
      const from = await endOf(oltp);
      await oltp.transaction(async (transaction) => {
        await log.runSchemaStatement(transaction, sql);
        const table = sql.endsWith("to u") ? "u" : "t";
        const values = sql.includes("drop") ? "2, 'y'" : sql.includes("add") ? "2, 'x', 'y', 5" : "2, 'x', 'y'";
        await transaction.execute(`insert into ${table} values (${values})`);
      });
      assert.deepEqual(await toldAfter(oltp, from), [...expected, "commit 3"]);
      assert.deepEqual((await log.ensure("all")).renewed, [], "nothing is left to do");
      await using snapshot = await oltp.snapshot();
      assert.deepEqual(await log.layoutBefore(snapshot, 1, from), ["id", "a", "b"]);
      const layout = expected[0]!.split(" ")[1]!.split(",");
      if (!sql.includes('"')) assert.deepEqual(await log.layoutBefore(snapshot, 1, from + 1), layout);
    });
  });

  if (sql.includes("drop")) continue;
  Deno.test(`ensure() leads images to the layout that another connection made: ${sql}`, async () => {
    await withTwo(async (oltp, foreign, log) => {
      await oltp.execute("create table t(id integer primary key, a, b)");
      await log.ensure("all");
      const from = await endOf(oltp);
      await foreign.execute(sql);
      const table = sql.endsWith("to u") ? "u" : "t";
      await foreign.execute(`insert into ${table} values (2, 'x', 'y'${sql.includes("add") ? ", 5" : ""})`);
      await log.ensure("all");
      assert.deepEqual(await toldAfter(oltp, from), ["I 2=2,x,y", ...expected.slice(0, 2)]);
    });
  });
}

Deno.test("runSchemaStatement() leaves capture as it was when the statement fails", async () => {
  await withTwo(async (oltp, foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a, b unique)");
    await log.ensure("all");
    const before = await ownObjects(oltp);
    const from = await endOf(oltp);
    const open = await oltp.begin();
    await assert.rejects(log.runSchemaStatement(open, "alter table t drop column b"));
    await assert.rejects(log.runSchemaStatement(open, "alter table t drop column nope"));
    await assert.rejects(log.runSchemaStatement(open, "alter table nope drop column b"));
    await open.execute("insert into t values (1, 'x', 'y')");
    await open.commit();
    assert.deepEqual(await ownObjects(oltp), before);
    assert.deepEqual(await toldAfter(oltp, from), ["I 1=1,x,y", "commit 1"]);
    await assert.rejects(foreign.execute("alter table t drop column a"), /_rhei_insert_1/, "a documented limit");
  });
});

Deno.test("runSchemaStatement() captures a new table from its first row on", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("create table t(a)");
    await log.ensure("all");
    const from = await endOf(oltp);
    await oltp.transaction((transaction) =>
      log.runSchemaStatement(transaction, "create table n(k text primary key) without rowid")
    );
    await oltp.execute("insert into n values ('x')");
    await oltp.transaction((transaction) => log.runSchemaStatement(transaction, "drop table t"));
    assert.deepEqual(await toldAfter(oltp, from), [
      "layout k",
      "reload",
      "commit 2",
      "I x=x",
      "commit 1",
      "drop",
      "commit 1",
    ]);
  });
});

Deno.test("prune() keeps what rows after it are read by", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a)");
    await oltp.execute("create table gone(x)");
    await log.ensure("all");
    await oltp.execute("insert into gone values ('last')");
    await oltp.transaction((transaction) => log.runSchemaStatement(transaction, "alter table t add column b"));
    await oltp.execute("insert into t values (1, 'x', 'y')");
    const from = await endOf(oltp);
    await oltp.execute("insert into gone values ('very last')");
    await oltp.transaction((transaction) => log.runSchemaStatement(transaction, "drop table gone"));
    await oltp.execute("insert into t values (2, 'x', 'y')");
    await log.prune(from);
    assert.deepEqual(await toldAfter(oltp, from), [
      "I 2=very last",
      "commit 1",
      "drop",
      "commit 1",
      "I 2=2,x,y",
      "commit 1",
    ]);
    await log.prune(await endOf(oltp));
    const { rows } = await oltp.query("select table_id, columns from _rhei_layouts");
    assert.deepEqual(rows, [[2n, '["id","a","b"]']]);
    assert.equal((await oltp.query("select count(*) from _rhei_cdc_log")).rows[0]?.[0], 1n);
  });
});

Deno.test("track() changes what the log holds, and back leaves nothing of images once they are passed", async () => {
  await withTwo(async (oltp) => {
    await oltp.execute("create table t(id integer primary key, a unique, b)");
    await oltp.execute("insert into t values (1, 'x', 'y')");
    const log = new TriggerLog(oltp);
    await log.ensure("all");
    const objects = async () =>
      (await oltp.query("select name, sql from sqlite_schema where name glob '_rhei_*' order by name")).rows;
    const before = await objects();
    assert.equal(await log.level(), "keys");
    await oltp.execute("update t set b = 'key'");
    const from = await endOf(oltp);
    await log.track("all", "images");
    assert.deepEqual([await log.level(), log.holdsImages], ["images", true]);
    await oltp.execute("update t set b = 'image'");
    await log.track("all", "keys");
    assert.deepEqual([await log.level(), log.holdsImages], ["keys", false]);
    await oltp.execute("update t set b = 'key again'");
    assert.deepEqual(await toldAfter(oltp, 0), ["reload", "layout id,a,b", "reload", "U 1=1,x,image", "commit 1"]);
    assert.deepEqual(await toldAfter(oltp, from), ["layout id,a,b", "reload", "U 1=1,x,image", "commit 1"]);
    await log.prune(await endOf(oltp));
    assert.deepEqual(await objects(), before);
    assert.deepEqual(await toldAfter(oltp, 0), []);
    await oltp.execute("insert into t values (2, 'z', 'z')");
  });
});

for (const rows of [3, 2000]) {
  Deno.test(`track() back to images passes over ${rows} changes of keys in between: a reload stands for them`, async () => {
    await withTwo(async (oltp, _foreign, log) => {
      await oltp.execute("create table t(id integer primary key, a)");
      await log.ensure("all");
      await oltp.execute("insert into t values (1, 'image')");
      await log.track("all", "keys");
      const from = await endOf(oltp);
      await oltp.execute(
        "with recursive n(i) as (select 2 union all select i + 1 from n where i < ?) insert into t select i, 'key' from n",
        [rows - 1],
      );
      await oltp.execute("update t set a = 'key' where id = 1");
      await oltp.execute("delete from t where id = 2");
      await log.track("all", "images");
      await oltp.execute("update t set a = 'image again' where id = 1");
      const rest = ["layout id,a", "reload", "U 1=1,image again", "commit 1"];
      assert.deepEqual(await toldAfter(oltp, from), rest);
      assert.deepEqual((await toldAfter(oltp, from - 2)).slice(-rest.length), rest);
      assert.ok(!(await toldAfter(oltp, 0)).some((text) => text.endsWith("=") || text === "D 2"));
    });
  });
}

Deno.test("TriggerLog marks transactions from the moment on at which another process began to log images, and no longer", async () => {
  await withTwo(async (oltp, foreign, images) => {
    await foreign.execute("create table t(id integer primary key, a)");
    const unaware = new TriggerLog(foreign);
    await unaware.ensure("all");
    await foreign.transaction((transaction) => transaction.execute("insert into t values (1, 'key')"));
    await images.track("all", "images");
    const from = await endOf(oltp);
    await foreign.transaction((transaction) => transaction.execute("insert into t values (2, 'x')"));
    assert.equal(unaware.holdsImages, true);
    await foreign.execute("insert into t values (3, 'x')");
    assert.deepEqual(await toldAfter(oltp, from), ["I 2=2,x", "commit 1", "I 3=3,x", "commit 1"]);
    await images.track("all", "keys");
    const open = await foreign.begin("deferred");
    await open.execute("insert into t values (4, 'key')");
    await open.commit();
    assert.equal(unaware.holdsImages, false);
  });
});

Deno.test("untrack() leaves nothing of a log of images, and writers go on", async () => {
  await withTwo(async (oltp, foreign, log) => {
    await oltp.execute("create table t(id integer primary key, a unique, b)");
    await log.ensure("all");
    const other = new TriggerLog(foreign);
    await other.ensure("all");
    await foreign.execute("insert into t values (1, 'x', 'y')");
    await log.untrack("all");
    assert.deepEqual(await ownObjects(oltp), []);
    await oltp.execute("insert into t values (2, 'y', 'y')");
    // This one has not heard of it.
    await foreign.execute("insert into t values (3, 'z', 'y')");
    await foreign.batch([{ sql: "delete from t where id = 1" }]);
    assert.deepEqual((await oltp.query("select count(*) from t")).rows, [[2n]]);
  });
});

Deno.test("track() refuses columns that history needs, and status tells of them", async () => {
  await withTwo(async (oltp, _foreign, log) => {
    await oltp.execute("create table t(id integer primary key, _RHEI_valid_From)");
    await oltp.execute("create table u(id integer primary key)");
    await log.ensure("all");
    const refusal = (error: unknown) =>
      error instanceof RheiError && error.code === "NOT_TRACKABLE" &&
      /its column _RHEI_valid_From has a name that temporal mode needs$/.test(error.message);
    await assert.rejects(log.track(["t"]), refusal);
    await oltp.transaction((transaction) =>
      log.runSchemaStatement(transaction, "alter table u add column _rhei_operation")
    );
    await oltp.execute("insert into u values (1, 'x')");
    await using snapshot = await oltp.snapshot();
    const { absent, captured } = await log.schema(snapshot);
    assert.equal(captured.size, 0);
    assert.match(absent.get("t")?.reason ?? "", /_RHEI_valid_From/);
    assert.match(absent.get("u")?.reason ?? "", /_rhei_operation/);
  });
});

Deno.test("TriggerLog of keys makes the triggers and the log it always made", async () => {
  await withTwo(async (oltp) => {
    await oltp.execute("create table t(id integer primary key, a text unique, b)");
    await new TriggerLog(oltp).ensure("all");
    const { rows } = await oltp.query(
      "select sql from sqlite_schema where name glob '_rhei_*' and sql is not null order by name",
    );
    const log = 'INSERT INTO "_rhei_cdc_log"(table_id, op, nonce, key0) SELECT 1';
    assert.deepEqual(rows.map(([sql]) => sql), [
      'CREATE TABLE "_rhei_cdc_log"(seq INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, op TEXT NOT NULL, nonce INTEGER NOT NULL, key0)',
      `CREATE TRIGGER "_rhei_delete_1" AFTER DELETE ON "t" BEGIN ${log}, 'D', random(), OLD."id"; END`,
      `CREATE TRIGGER "_rhei_insert_1" AFTER INSERT ON "t" BEGIN ${log}, 'I', random(), NEW."id"; END`,
      'CREATE TABLE "_rhei_meta"(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID',
      `CREATE TRIGGER "_rhei_replace_insert_1" BEFORE INSERT ON "t" BEGIN ${log}, 'R', random(), "t"."id" FROM "t" WHERE "t"."a" COLLATE "BINARY" = NEW."a"; END`,
      `CREATE TRIGGER "_rhei_replace_update_1" BEFORE UPDATE OF "a" ON "t" BEGIN ${log}, 'R', random(), "t"."id" FROM "t" WHERE "t"."a" COLLATE "BINARY" = NEW."a" AND ("t"."id" IS NOT OLD."id" COLLATE BINARY); END`,
      `CREATE TABLE "_rhei_tables"(id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('tracked', 'excluded')))`,
      `CREATE TRIGGER "_rhei_update_1" AFTER UPDATE ON "t" BEGIN ${log}, 'U', random(), NEW."id"; ${log}, 'D', random(), OLD."id" WHERE OLD."id" <> NEW."id"; END`,
    ]);
  });
});
