import assert from "node:assert/strict";
import Database from "libsql";
import type { OltpClient } from "../../src/oltp/mod.ts";
import { openMirrored } from "./mirrored_database.ts";
import { announcing } from "./observed_backend.ts";

/** Runs statements as another program would. */
function elsewhere(path: string, ...statements: readonly string[]): void {
  const database = new Database(path);
  for (const sql of statements) database.exec(sql);
  database.close();
}

/** Has `body` run just before the client opens its `count`-th snapshot from now on. */
function beforeSnapshot(oltp: OltpClient, count: number, body: () => void): void {
  const snapshot = oltp.snapshot.bind(oltp);
  oltp.snapshot = (options) => {
    if (--count === 0) {
      oltp.snapshot = snapshot;
      body();
    }
    return snapshot(options);
  };
}

/** A sync that meets a new schema opens a snapshot to see it, one to renew capture, and the third one to read from. */
const READ_SNAPSHOT = 3;

const SETUP = ["create table t(id integer primary key, a)"];
const EARLY = "create table early(id integer primary key)";
const LABEL = "create table label(id integer primary key, name)";

Deno.test("catchUp() tracks a table that another program made just before a sync read the database", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await db.run("insert into t values (1, 'one')");
  elsewhere(db.path, EARLY);
  beforeSnapshot(db.oltp, READ_SNAPSHOT, () => elsewhere(db.path, LABEL));
  await db.sync.syncNow();
  assert.equal(db.sync.catalog().absence("label"), "it is not tracked", "the sync came too early for its capture");
  await db.sync.catchUp();
  assert.ok(db.sync.catalog().table("label"), db.sync.catalog().absence("label"));
  assert.deepEqual(db.notices.slice(1), ["tracking changes of table early", "tracking changes of table label"]);
});

Deno.test("syncNow() tracks a table that another program made before its snapshot", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  beforeSnapshot(db.oltp, 1, () => elsewhere(db.path, LABEL));
  await db.sync.syncNow();
  assert.ok(db.sync.catalog().table("label"), db.sync.catalog().absence("label"));
});

Deno.test("the loop tracks a table that another program made just before a sync read the database", async () => {
  let committed = () => {};
  await using db = await openMirrored({
    memory: true,
    setup: SETUP,
    wrap: (olap) =>
      announcing(olap, (step) => {
        if (step === "after commit") committed();
      }),
  });
  await db.run("insert into t values (1, 'one')");
  elsewhere(db.path, EARLY);
  beforeSnapshot(db.oltp, READ_SNAPSHOT, () => elsewhere(db.path, LABEL));
  await db.sync.syncNow();
  const next = Promise.withResolvers<void>();
  committed = next.resolve;
  // The loop's timers do not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  db.sync.startLoop(1);
  await next.promise;
  clearInterval(alive);
  await db.sync.stop();
  assert.ok(db.sync.catalog().table("label"), db.sync.catalog().absence("label"));
});
