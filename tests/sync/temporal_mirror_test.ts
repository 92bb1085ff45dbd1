import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "libsql";
import { type ExactValue, parseRetention } from "../../src/types/mod.ts";
import type { OlapBackend } from "../../src/olap/mod.ts";
import { Synchronizer } from "../../src/sync/mod.ts";
import { HistoryModel } from "./history_model.ts";
import { type MirroredDatabase, type MirroredOptions, openMirrored } from "./mirrored_database.ts";
import { announcing } from "./observed_backend.ts";
import { readHistories } from "./read_histories.ts";

const SETUP = ["create table t(id integer primary key, a, b text)", "insert into t values (1, 10, 'x'), (2, 20, 'y')"];
const BACKENDS = ["duckdb", "arrow"] as const;

async function open(backend: "duckdb" | "arrow", options: MirroredOptions = {}): Promise<MirroredDatabase> {
  return await openMirrored({ backend, setup: SETUP, memory: true, level: "images", ...options });
}

/** Runs each statement as a transaction of its own, told to the model. */
async function run(db: MirroredDatabase, model: HistoryModel, ...statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    await db.run(sql);
    await model.note();
  }
}

async function synced(db: MirroredDatabase, model: HistoryModel): Promise<void> {
  await db.sync.syncNow();
  model.synced((await db.olap.state())?.state.historyTime ?? 0);
}

async function begin(backend: "duckdb" | "arrow", options: MirroredOptions = {}) {
  const db = await open(backend, options);
  const model = new HistoryModel(db.oltp);
  await model.note();
  await synced(db, model);
  return { db, model };
}

/** A statement that changes the schema, between two syncs as the model asks. */
async function alter(
  { db, model }: { db: MirroredDatabase; model: HistoryModel },
  sql: string,
  options: Parameters<HistoryModel["note"]>[0] = {},
): Promise<void> {
  await synced(db, model);
  await db.oltp.transaction((transaction) => db.source.runSchemaStatement(transaction, sql));
  await model.note(options);
  await synced(db, model);
}

async function versions(olap: OlapBackend, part: "open" | "closed"): Promise<number> {
  const table = (await olap.state())?.tables.find(({ history }) => history?.part === part);
  return table === undefined ? 0 : await olap.rowCount(table.name);
}

for (const backend of BACKENDS) {
  Deno.test(`history on ${backend} follows columns that come, go and are renamed`, async () => {
    const subject = await begin(backend);
    const { db, model } = subject;
    await using _ = db;
    await run(db, model, "update t set a = 11 where id = 1");
    await alter(subject, "alter table t add column c integer default 7");
    await run(db, model, "update t set c = 8 where id = 2", "insert into t values (3, 1, 'z', 9)");
    await alter(subject, "alter table t rename column b to bb", { renamedColumn: ["t", "b", "bb"] });
    await run(db, model, "update t set bb = 'renamed' where id = 1", "delete from t where id = 2");
    await alter(subject, "alter table t drop column a");
    await run(db, model, "update t set c = c + 1", "insert into t values (4, 'new', 1)");
    await alter(subject, "alter table t rename to u", { renamedTable: ["t", "u"] });
    await run(db, model, "delete from u where id = 1");
    await synced(db, model);
    await db.expectEqual("at the end");
    await model.expectEqual(db.olap, "at the end");
  });

  Deno.test(`history on ${backend} gives what is committed while a table is compared its own time`, async () => {
    await using db = await open(backend);
    await db.run("create table u as select 1 as a");
    const state = db.source.state.bind(db.source);
    let committedMs = 0;
    db.source.state = async (snapshot, former) => {
      const read = await state(snapshot, former);
      await db.oltp.transaction((transaction) => transaction.execute("update t set a = a + 1 where id = 1"));
      committedMs = Date.now();
      // What the comparison finds must not be taken for as late as the transaction only because the clock stood still.
      while (Date.now() === committedMs) await nextTurn();
      return read;
    };
    await db.sync.syncNow();
    db.source.state = state;
    await db.sync.syncNow();
    const histories = await readHistories(db.olap);
    assert.equal(histories.get("u")?.versions.length, 1);
    const from = histories.get("t")?.versions.find(({ to, values }) => to === Infinity && values.get("id") === 1n)
      ?.from;
    assert.ok(
      from !== undefined && Math.floor(from / 1000) <= committedMs,
      `${from} µs is later than ${committedMs} ms`,
    );
  });

  Deno.test(`history on ${backend} stays when its table goes, and goes on when one of its name comes`, async () => {
    const subject = await begin(backend);
    const { db, model } = subject;
    await using _ = db;
    await alter(subject, "drop table t");
    assert.equal(await versions(db.olap, "open"), 0);
    assert.equal(await versions(db.olap, "closed"), 4);
    await model.expectEqual(db.olap, "after the drop");
    assert.equal((await db.sync.verify()).history.length, 0);
  });

  Deno.test(`history on ${backend} keeps values of any class`, async () => {
    const subject = await begin(backend);
    const { db, model } = subject;
    await using _ = db;
    await run(db, model, "update t set a = 0.5 where id = 1", "update t set a = 'text' where id = 1");
    await synced(db, model);
    await run(db, model, "update t set a = x'00ff' where id = 2", "update t set b = 'nul' || char(0) where id = 2");
    await synced(db, model);
    assert.deepEqual((await db.sync.verify()).history.map(({ faultCount }) => faultCount), [0]);
    await run(db, model, "update t set a = null, b = null", "update t set a = 9223372036854775807");
    await synced(db, model);
    await model.expectEqual(db.olap, "at the end");
    assert.equal((await db.sync.verify()).equal, true);
  });

  Deno.test(`history on ${backend} is compared, not lost, when a table or all are rebuilt`, async () => {
    const { db, model } = await begin(backend);
    await using _ = db;
    await run(db, model, "update t set a = 1 where id = 1", "delete from t where id = 2");
    await db.sync.rebuild(["t"]);
    await run(db, model, "update t set a = 2 where id = 1");
    await db.sync.rebuild("all");
    await model.expectEqual(db.olap, "at the end");
    const report = await db.sync.verify();
    assert.equal(report.equal, true);
    assert.deepEqual(report.history.map(({ name, versions, faultCount }) => [name, versions, faultCount]), [[
      "t",
      5,
      0,
    ]]);
  });

  Deno.test(`history on ${backend} is what it was when the mirror is opened again`, async () => {
    const first = await begin(backend, { memory: false });
    const { folder } = first.db;
    const model = first.model;
    await run(first.db, model, "update t set a = 1 where id = 1");
    await synced(first.db, model);
    await run(first.db, model, "update t set a = 2 where id = 1", "insert into t values (3, 3, 'c')");
    await first.db.sync.close();
    await first.db.olap.close();
    await first.db.oltp.close();
    await using db = await open(backend, { memory: false, folder, setup: [] });
    await model.expectEqual(db.olap, "after opening");
    await db.expectEqual("after opening");
  });

  Deno.test(`history on ${backend} is not lost when all is rebuilt before anybody has looked at the mirror`, async () => {
    const first = await begin(backend, { memory: false });
    await using db = first.db;
    await run(db, first.model, "update t set a = 1 where id = 1");
    await synced(db, first.model);
    await db.sync.close();
    const { oltp, olap, source } = db;
    const next = new Synchronizer({ oltp, olap, source, onNotice: () => {} });
    try {
      await next.rebuild("all");
      await first.model.expectEqual(olap, "after the rebuild");
    } finally {
      await next.close();
    }
  });

  Deno.test(`history on ${backend} is deleted as its retention says`, async () => {
    await using db = await open(backend, { historyRetention: parseRetention("2 versions") });
    for (let a = 0; a < 5; a++) await db.run(`update t set a = ${100 + a}`);
    await db.run("delete from t where id = 2");
    await db.sync.syncNow();
    assert.equal(await versions(db.olap, "closed"), 5 + 7);
    await db.sync.close();
    const { VersionRetirer } = await import("../../src/sync/history/retire_versions.ts");
    const { heldTables } = await import("../../src/sync/mirror_contents.ts");
    const { history } = heldTables((await db.olap.state())!);
    const { signal } = new AbortController();
    const kept = new VersionRetirer(db.olap, parseRetention("2 versions"));
    // Of row 1 one version besides the present one stays, of row 2 the last two and the tombstone.
    assert.equal(await kept.run(history.values(), Date.now(), signal, () => {}), 4 + 4);
    assert.equal(await versions(db.olap, "closed"), 1 + 3);
    assert.equal(await kept.run(history.values(), Date.now(), signal, () => {}), 0);
    const young = new VersionRetirer(db.olap, parseRetention("1h"));
    assert.equal(await young.run(history.values(), Date.now(), signal, () => {}), 0);
    assert.equal(await young.run(history.values(), Date.now() + 3_700_000, signal, () => {}), 4);
    assert.equal(await versions(db.olap, "closed"), 0);
    assert.equal(await versions(db.olap, "open"), 1);
  });

  Deno.test(`status on ${backend} tells of the history`, async () => {
    const before = Date.now();
    await using db = await open(backend);
    await db.run("update t set a = 1 where id = 1");
    await db.sync.syncNow();
    const [table] = (await db.sync.status()).tables;
    assert.equal(table?.history?.versions, 3);
    assert.equal(table?.history?.live, true);
    assert.ok((table?.history?.sinceMs ?? 0) >= before - 1);
  });
}

for (const backend of BACKENDS) {
  Deno.test(`the beginning of a history is on disk at once on ${backend}, for the log does not give it again`, async () => {
    await using db = await open(backend, { memory: false });
    const { watermark } = await db.sync.status();
    assert.equal(db.olap.durableWatermark(), watermark);
    await db.run("update t set a = 11");
    await db.sync.rebuild("all");
    assert.notEqual(db.olap.durableWatermark(), null);
  });

  Deno.test(`what only a comparison told is on disk at once on ${backend}`, async () => {
    await using db = await open(backend, { memory: false });
    const standing = async (what: string) => {
      const { watermark } = await db.sync.status();
      assert.equal(db.olap.durableWatermark(), watermark, what);
    };
    await db.run("create table u as select 1 as a");
    await db.sync.syncNow();
    await standing("a table that has rows");
    await db.run("insert into t values (3, 3, 'c')", "alter table t add column c default 7");
    await db.sync.syncNow();
    await standing("a column that has a default");
    await db.run("insert into u values (2)", "drop table t");
    await db.sync.syncNow();
    await standing("a table that is gone");
  });

  Deno.test(`a history that is discarded while a sync runs goes with the next on ${backend}`, async () => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    let armed = false;
    await using db = await open(backend, {
      wrap: (olap) =>
        announcing(olap, async (step) => {
          if (!armed || step !== "before commit") return;
          reached.resolve();
          await go.promise;
        }),
    });
    armed = true;
    await db.run("create table u(a)", "insert into t values (3, 3, 'c')");
    const running = db.sync.syncNow();
    await reached.promise;
    const untracked = db.sync.untrack(["t"], "discard");
    const triggers = "select 1 from sqlite_schema where type = 'trigger' and tbl_name = 't'";
    while ((await db.oltp.query(triggers)).rows.length > 0) await nextTurn();
    await nextTurn();
    go.resolve();
    await Promise.all([running, untracked]);
    const held = (await db.olap.state())?.tables.flatMap(({ history }) => history?.of ?? []);
    assert.deepEqual(held, ["u", "u"]);
  });

  Deno.test(`history on ${backend} knows every form of a key that is zero`, async () => {
    for (const other of ["", ", ('text', 1)"]) {
      const setup = ["create table w(k primary key, v) without rowid", `insert into w values (2.5, 0)${other}`];
      await using db = await open(backend, { setup });
      const zeros: readonly ExactValue[] = [-0, 0n, 0, -0, 0, 0n, -0];
      for (const [at, zero] of zeros.entries()) {
        await db.oltp.execute("replace into w values (?, ?)", [zero, BigInt(at)]);
        if (at !== 2) await db.expectEqual(`after zero ${at}`);
      }
      await db.oltp.execute("delete from w where k = 0");
      await db.expectEqual("after the last zero is gone");
    }
  });

  Deno.test(`changes before a table of another key came are kept on ${backend}`, async () => {
    const tables = [
      "create table t(id integer primary key, v)",
      "create table t(id text primary key, v) without rowid",
      "create table t(id, v)",
      "create table t(v, id integer primary key)",
    ];
    for (const [at, first] of tables.slice(0, 3).entries()) {
      const last = tables[at + 1]!;
      await using db = await open(backend, { setup: [first, "insert into t(id, v) values (1, 'a')"] });
      await db.run("update t set v = 'b'", "insert into t(id, v) values (2, 'c')", "delete from t where id = 1");
      const other = new Database(db.path);
      other.exec(`drop table t; ${last}; insert into t(id, v) values (5, 'new')`);
      other.close();
      await db.expectEqual(`${first}; ${last}`);
      // The first row as it was, as it became, and gone; the second, and gone.
      assert.equal(await versions(db.olap, "closed"), 5, `${first}; ${last}`);
      assert.equal(await versions(db.olap, "open"), 1, `${first}; ${last}`);
    }
  });
}
