import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { openMirrored } from "./mirrored_database.ts";
import { announcing, type BackendStep } from "./observed_backend.ts";

const SETUP = [
  "create table t(id integer primary key, a)",
  "insert into t values (1, 'one'), (2, 'two'), (3, 'untouched')",
  "create table gone(a)",
];

/** Needs every step of a transaction: a new table, a dropped one, changed rows. */
const WORK = [
  "create table fresh(a)",
  "insert into fresh values (1)",
  "drop table gone",
  "update t set a = 'zwei' where id = 2",
  "delete from t where id = 1",
];

const STEPS: readonly BackendStep[] = [
  ...(["begin", "create", "drop", "append", "change"] as const).flatMap((name) =>
    [`before ${name}`, `after ${name}`] as const
  ),
  "before commit",
];

for (const failing of STEPS) {
  Deno.test(`Synchronizer repairs itself when the backend fails ${failing}`, async () => {
    let armed = false;
    await using db = await openMirrored({
      memory: true,
      setup: SETUP,
      wrap: (olap) =>
        announcing(olap, (step) => {
          if (armed && step === failing) {
            armed = false;
            throw new Error("the disk caught fire");
          }
        }),
    });
    await db.run(...WORK);
    const { watermark } = await db.sync.status();
    armed = true;
    await assert.rejects(db.sync.syncNow(), (error) => {
      assert.ok(error instanceof RheiError);
      assert.equal(error.code, "SYNC_FAILED");
      assert.ok(error.retryable);
      return true;
    });
    assert.equal(armed, false, "the step was taken");
    assert.equal((await db.sync.status()).watermark, watermark, "the watermark stays");
    assert.ok((await db.sync.lag()).changes > 0, "the changes are still to come");
    const { tables } = await db.expectEqual("the next sync");
    assert.deepEqual(tables.map((table) => table.name).sort(), ["fresh", "t"]);
    assert.deepEqual(db.notices.filter((text) => text.includes("rebuilt")), []);
  });
}

Deno.test("Synchronizer takes a commit for done when the backend did it and then failed to say so", async () => {
  let armed = false;
  await using db = await openMirrored({
    memory: true,
    setup: SETUP,
    wrap: (olap) =>
      announcing(olap, (step) => {
        if (armed && step === "after commit") throw new Error("the line went dead");
      }),
  });
  await db.run(...WORK);
  armed = true;
  const { watermark } = await db.sync.syncNow();
  armed = false;
  assert.deepEqual(await db.sync.lag(), { changes: 0, milliseconds: 0 });
  assert.equal((await db.sync.syncNow()).watermark, watermark);
  await db.expectEqual("nothing was left to do");
});

Deno.test("the loop keeps its last failure, goes on, and forgets the failure after a success", async () => {
  let failuresLeft = 0;
  let failed = Promise.withResolvers<void>();
  let committed = Promise.withResolvers<void>();
  await using db = await openMirrored({
    memory: true,
    setup: SETUP,
    wrap: (olap) =>
      announcing(olap, (step) => {
        if (step === "after commit") committed.resolve();
        if (step !== "before commit" || failuresLeft === 0) return;
        failuresLeft--;
        failed.resolve();
        throw new Error("the disk caught fire");
      }),
  });
  committed = Promise.withResolvers<void>();
  failed = Promise.withResolvers<void>();
  failuresLeft = 2;
  await db.run("update t set a = 'new'");
  // The loop's timers do not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  db.sync.startLoop(1);
  await failed.promise;
  await committed.promise;
  await db.sync.stop();
  clearInterval(alive);
  const { failures, lastError, lag } = await db.sync.status();
  assert.deepEqual({ failures, lastError, lag }, {
    failures: 2,
    lastError: null,
    lag: { changes: 0, milliseconds: 0 },
  });
  await db.expectEqual("after the loop");
});

Deno.test("the loop tells of a checkpoint that fails", async () => {
  const failed = Promise.withResolvers<Error>();
  const written = Promise.withResolvers<void>();
  let isFull = true;
  await using db = await openMirrored({
    memory: true,
    setup: SETUP,
    onSync: (event) => event.kind === "failed" && failed.resolve(event.error),
    wrap: (olap) =>
      announcing(olap, (step) => {
        if (step === "after checkpoint") written.resolve();
        if (step !== "before checkpoint" || !isFull) return;
        isFull = false;
        throw new Error("the disk is full");
      }),
  });
  // The loop's timers do not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  db.sync.startLoop(1);
  assert.match((await failed.promise).message, /disk is full/);
  await written.promise;
  await db.sync.stop();
  clearInterval(alive);
  assert.equal((await db.sync.status()).failures, 1);
});

Deno.test("a sync does not wait for a transaction of the same process when capture has to be renewed", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await db.run("create table late(a)", "insert into late values (1)");
  await db.oltp.transaction(async (transaction) => {
    await transaction.execute("insert into t values (9, 'open')");
    // From inside the body, as a query of the user would: neither blocked by the transaction nor taken for a part of it.
    assert.deepEqual(await db.sync.catchUp(), { kind: "fresh" });
    assert.equal(db.sync.catalog().absence("late"), "it is not tracked");
  });
  const { tables } = await db.expectEqual("after the transaction");
  assert.deepEqual(tables.map((table) => table.name).sort(), ["gone", "late", "t"]);
});

Deno.test("a writer sees its own counts when its table is tracked", async () => {
  await using db = await openMirrored({ memory: true, setup: ["create table t(id integer primary key, a unique)"] });
  const inserted = await db.oltp.execute("insert into t values (41, 'x'), (42, 'y')");
  assert.deepEqual([inserted.rowsAffected, inserted.lastInsertRowid], [2, 42]);
  await db.oltp.transaction(async (transaction) => {
    await transaction.execute("replace into t values (7, 'x')");
    assert.deepEqual((await transaction.query("select last_insert_rowid(), changes()")).rows, [[7n, 1n]]);
    assert.equal((await transaction.execute("update t set a = a || '!' where id > 5")).rowsAffected, 2);
    assert.equal((await transaction.execute("delete from t")).rowsAffected, 2);
    assert.deepEqual((await transaction.query("select last_insert_rowid(), changes()")).rows, [[7n, 2n]]);
  });
});

Deno.test("verify() names keys, kinds and columns when source and mirror differ", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: [
      "create table t(id integer primary key, a, b real)",
      "insert into t values (1, 'one', 1), (2, 'two', 0.0), (3, 'x', 2)",
    ],
  });
  const transaction = await db.olap.begin();
  await transaction.change("t", {
    rowCount: 2,
    columns: [
      { class: "integer", data: new BigInt64Array([2n, 9n]), nulls: null },
      { class: "text", data: ["zwei", null] },
      { class: "real", data: new Float64Array([-0, 5]), nulls: null },
    ],
  }, { rowCount: 1, columns: [{ class: "integer", data: new BigInt64Array([3n]), nulls: null }] });
  const held = await db.olap.state();
  assert.ok(held);
  await transaction.commit(held.state);
  const report = await db.sync.verify();
  assert.equal(report.equal, false);
  assert.deepEqual(report.tables[0], {
    name: "t",
    keyColumns: ["id"],
    sourceRows: 3,
    mirrorRows: 3,
    differenceCount: 3,
    differences: [
      { key: [2n], kind: "different", columns: ["a", "b"] },
      { key: [3n], kind: "missing in mirror", columns: [] },
      { key: [9n], kind: "only in mirror", columns: [] },
    ],
  });
  await db.sync.rebuild(["t"]);
  await db.expectEqual("rebuilt");
});
