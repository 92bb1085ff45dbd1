import assert from "node:assert/strict";
import Database from "libsql";
import { type MirroredDatabase, openMirrored } from "./mirrored_database.ts";
import { announcing, type BackendStep, Gate } from "./observed_backend.ts";

const SETUP = [
  "create table a(id integer primary key, x)",
  "create table b(id integer primary key, x, n integer not null default 0)",
  "create unique index bx on b(x)",
  "create table heap(x)",
  "create view v as select * from a",
  "insert into a values (1, 'a')",
  "insert into b values (1, 'b', 1)",
  "insert into heap values ('h')",
];

/** Runs statements as another program would. */
function elsewhere(path: string, ...statements: readonly string[]): void {
  const database = new Database(path);
  for (const sql of statements) database.exec(sql);
  database.close();
}

interface Wait {
  readonly name: string;
  /** What a sync then takes long for. */
  readonly begin: (db: MirroredDatabase) => Promise<unknown>;
  readonly at: BackendStep;
}

const WAITS: readonly Wait[] = [
  {
    name: "pending changes of another table",
    begin: async (db) => {
      await db.run("insert into b select value, 'new' || value, 0 from json_each('[2,3,4]')");
      return db.sync.syncNow();
    },
    at: "before commit",
  },
  {
    name: "the first load of another table",
    begin: async (db) => {
      await db.run("create table c(y)", "insert into c values (1)");
      return db.sync.syncNow();
    },
    at: "before append",
  },
  {
    name: "the rebuilding of another table",
    begin: (db) => Promise.resolve(db.sync.rebuild(["b"])),
    at: "before append",
  },
  {
    name: "the reading anew of another table whose log says too little",
    begin: async (db) => {
      await db.run("replace into b values (9, 'b', null)");
      return db.sync.syncNow();
    },
    at: "before append",
  },
];

for (const backend of ["duckdb", "arrow"] as const) {
  for (const { name, begin, at } of WAITS) {
    Deno.test(`catchUp() does not wait for ${name} with ${backend}`, async () => {
      const gate = new Gate();
      await using db = await openMirrored({
        memory: true,
        backend,
        setup: SETUP,
        wrap: (o) => announcing(o, gate.hook),
      });
      gate.close(at);
      const syncing = begin(db);
      await gate.reached;
      assert.deepEqual(await db.sync.catchUp(undefined, ["A"]), { kind: "fresh" });
      assert.ok(await db.sync.holdsPresent(["a", "heap"]));
      assert.equal(await db.sync.holdsPresent(["a", "b"]), name.startsWith("the first load"));

      await db.run("insert into a values (2, 'later')");
      assert.equal(await db.sync.holdsPresent(["a"]), false, "this one is waited for");
      let waited = false;
      const waiting = db.sync.catchUp(undefined, ["a"]).then(() => waited = true);
      await db.sync.catchUp(undefined, ["heap"]);
      assert.equal(waited, false);
      gate.open();
      await Promise.all([syncing, waiting]);
      assert.equal(await db.olap.rowCount("a"), 2);
      await db.expectEqual("in the end");
    });
  }
}

interface SchemaCase {
  readonly name: string;
  readonly statements: readonly string[];
  /** Whether table `a` and table `heap` are known to be in the mirror as they are. */
  readonly present: readonly [boolean, boolean];
}

/** Where an ALTER is among the changes a VACUUM may be too, which gives the rows of `heap` other keys. */
const SCHEMA_CASES: readonly SchemaCase[] = [
  { name: "nothing", statements: [], present: [true, true] },
  { name: "rows of another table", statements: ["insert into b(x) values (1)"], present: [true, true] },
  { name: "its rows", statements: ["delete from a"], present: [false, true] },
  { name: "a new table", statements: ["create table new(y)", "insert into new values (1)"], present: [true, true] },
  { name: "a new index of it", statements: ["create index i on a(x)"], present: [true, true] },
  { name: "a unique index of it", statements: ["create unique index i on a(x)"], present: [false, true] },
  { name: "a new column", statements: ["alter table a add column y"], present: [false, false] },
  {
    name: "a new column of another table",
    statements: ["alter table b add column y"],
    present: [true, false],
  },
  { name: "a view", statements: ["drop view v", "create view v as select * from b"], present: [true, false] },
  { name: "VACUUM", statements: ["vacuum"], present: [true, false] },
  { name: "its name", statements: ["alter table a rename to other"], present: [false, false] },
  {
    name: "the table itself",
    // Two steps leave none for a VACUUM.
    statements: ["begin", "drop table a", "create table a(id integer primary key, x)", "commit"],
    present: [false, true],
  },
  {
    name: "the history of the log",
    statements: ["delete from _rhei_cdc_log", "insert into a values (5, 5)", "delete from a where id = 5"],
    present: [false, false],
  },
];

for (const { name, statements, present } of SCHEMA_CASES) {
  Deno.test(`holdsPresent() tells whether a query may go ahead after a change of ${name}`, async () => {
    await using db = await openMirrored({ memory: true, setup: SETUP });
    elsewhere(db.path, ...statements);
    const found = [await db.sync.holdsPresent(["a"]), await db.sync.holdsPresent(["heap"])];
    assert.deepEqual(found, present);
    assert.equal(await db.sync.holdsPresent(["V", "a"]), present[0] && name !== "a view");
    await db.expectEqual("followed");
  });
}

const NO_LAG = { changes: 0, milliseconds: 0 };

Deno.test("lagWithin() goes by the last sync, and asks the source where that is too long ago", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await db.sync.syncNow();
  assert.deepEqual(await db.sync.lagWithin(60_000), NO_LAG);
  assert.deepEqual(await db.sync.lagWithin(0), NO_LAG, "nothing was committed");
  await db.run("insert into a values (2, 'new')");
  assert.equal((await db.sync.lagWithin(60_000))?.changes, 1, "it cannot be older than the sync");
  assert.equal(await db.sync.lagWithin(0), null);
  const lag = await db.sync.answerLag();
  assert.equal(lag.changes, 1);
  assert.ok(lag.milliseconds !== null && lag.milliseconds < 60_000);
});

Deno.test("lagWithin() tells a lag within the bound however long it takes to tell", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await db.run("insert into a values (2, 'new')");
  const query = db.oltp.query.bind(db.oltp);
  const ownNow = performance.now;
  db.oltp.query = (sql, params) => {
    performance.now = () => ownNow.call(performance) + 120_000;
    return query(sql, params);
  };
  try {
    const lag = await db.sync.lagWithin(60_000);
    assert.ok(performance.now() > 120_000, "the source was asked");
    assert.equal(lag?.changes, 1);
    assert.ok(lag.milliseconds !== null && lag.milliseconds <= 60_000);
    assert.equal(await db.sync.lagWithin(60_000), null, "by now it is too old");
  } finally {
    performance.now = ownNow;
  }
});

Deno.test("resume() takes over what the mirror held, before any sync", async () => {
  await using first = await openMirrored({ setup: SETUP });
  await first.run("insert into a values (2, 'b')");
  await first.sync.syncNow();
  await first.sync.close();
  await first.olap.close();
  elsewhere(first.path, "insert into b values (7, 'unseen', 0)");
  const gate = new Gate();
  gate.close("before begin");
  // openMirrored() resumes as the engine does, and then waits for the first sync.
  const opening = openMirrored({
    folder: first.folder,
    wrap: (olap) => announcing(olap, gate.hook),
    onOpening: resumed,
  });
  let sync: MirroredDatabase["sync"] | undefined;
  function resumed(opened: MirroredDatabase["sync"]): void {
    sync = opened;
  }
  await gate.reached;
  assert.ok(await sync?.holdsPresent(["a", "heap"]));
  assert.equal(await sync?.holdsPresent(["b"]), false);
  assert.equal(sync?.catalog().table("a")?.columns.length, 2);
  gate.open();
  await using second = await opening;
  await second.expectEqual("caught up");
});

Deno.test("answerLag() asks a server nothing while the loop looks at it", async () => {
  await using db = await openMirrored({ memory: true, remote: true, setup: SETUP });
  await db.run("insert into a values (2, 'new')");
  assert.deepEqual([await db.sync.holdsPresent(["a"]), await db.sync.holdsPresent(["b"])], [false, true]);
  await db.sync.lag();
  let reads = 0;
  const query = db.oltp.query.bind(db.oltp);
  db.oltp.query = (sql, params) => {
    reads++;
    return query(sql, params);
  };
  // So long that it does not look while the test runs.
  db.sync.startLoop(1_000_000);
  assert.deepEqual([(await db.sync.answerLag()).changes, reads], [1, 0]);
  await db.sync.stop();
  assert.deepEqual([(await db.sync.answerLag()).changes, reads], [1, 1]);
  await db.sync.syncNow();
  assert.deepEqual(await db.sync.answerLag(), NO_LAG);
});
