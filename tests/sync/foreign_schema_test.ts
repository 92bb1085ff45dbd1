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

/** Has `body` run just before the client opens its next snapshot. */
function beforeNextSnapshot(oltp: OltpClient, body: () => void): void {
  const snapshot = oltp.snapshot.bind(oltp);
  oltp.snapshot = (options) => {
    oltp.snapshot = snapshot;
    body();
    return snapshot(options);
  };
}

const SETUP = ["create table t(id integer primary key, a)"];
const LABEL = "create table label(id integer primary key, name)";

Deno.test("catchUp() tracks a table that another program made just before a sync read the database", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await db.run("insert into t values (1, 'one')");
  beforeNextSnapshot(db.oltp, () => elsewhere(db.path, LABEL));
  await db.sync.syncNow();
  assert.equal(db.sync.catalog().absence("label"), "it is not tracked", "the sync came too early for its capture");
  await db.sync.catchUp();
  assert.ok(db.sync.catalog().table("label"), db.sync.catalog().absence("label"));
  assert.deepEqual(db.notices.slice(1), ["tracking changes of table label"]);
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
  beforeNextSnapshot(db.oltp, () => elsewhere(db.path, LABEL));
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
