import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import type { RheiError, RheiErrorCode } from "../errors/mod.ts";
import { type OltpClient, openOltp } from "./mod.ts";

/** Counts without end, in one step of SQLite. */
const ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n";
/** Gives rows at once, then none for ever. */
const ENDLESS_LATER = "with recursive n (i) as (select 1 union all select i + 1 from n) select i from n where i < 3";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const UNOPENABLE: readonly (readonly [string, (folder: string) => Promise<string>, boolean, RheiErrorCode, RegExp])[] =
  [
    ["a directory", async (folder) => folder, false, "DATABASE_OPEN", /it is a directory$/],
    [
      "a path in a missing folder",
      async (folder) => join(folder, "no", "a.db"),
      false,
      "DATABASE_OPEN",
      /there is no folder/,
    ],
    [
      "a missing file, read-only",
      async (folder) => join(folder, "a.db"),
      true,
      "DATABASE_OPEN",
      /there is no such file$/,
    ],
    [
      "a file that is no database",
      async (folder) => {
        await Deno.writeTextFile(join(folder, "a.db"), "This is no database. ".repeat(200));
        return join(folder, "a.db");
      },
      false,
      "DATABASE_CORRUPT",
      /is not a SQLite database$/,
    ],
  ];

for (const [name, make, readOnly, code, message] of UNOPENABLE) {
  Deno.test(`openOltp() fails clearly for ${name}`, async () => {
    await withFolder(async (folder) => {
      const path = await make(folder);
      await rejects(() => openOltp({ path }, { readOnly }), (error: RheiError) => {
        strictEqual(error.code, code);
        ok(error.message.startsWith(`Cannot open "${path}": `) && message.test(error.message), error.message);
        return true;
      });
    });
  });
}

Deno.test("openOltp() refuses an empty path and a wrong timeout", async () => {
  await rejects(() => openOltp({ path: "" }), TypeError);
  for (const busyTimeoutMs of [-1, NaN, 1e12]) {
    await rejects(() => openOltp({ path: ":memory:" }, { busyTimeoutMs }), RangeError);
  }
});

Deno.test("openOltp() waits for a lock on the file no longer than the busy timeout", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const other = new Database(path);
    other.exec("create table t (x); begin exclusive; insert into t values (1)");
    await rejects(() => openOltp({ path }, { busyTimeoutMs: 20 }), { code: "DATABASE_LOCKED" });
    other.exec("commit");
    await using client = await openOltp({ path }, { busyTimeoutMs: 20 });
    deepStrictEqual((await client.query("select x from t")).rows, [[1n]]);
  });
});

Deno.test("openOltp() puts a writable file into WAL mode and leaves a read-only one as it is", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    new Database(path).exec("create table t (x)");
    const before = await Deno.readFile(path);
    const reader = await openOltp({ path }, { readOnly: true });
    await reader.query("select * from t");
    await reader.close();
    deepStrictEqual(await Deno.readFile(path), before);
    await using client = await openOltp({ path });
    deepStrictEqual((await client.query("pragma journal_mode")).rows, [["wal"]]);
    deepStrictEqual((await client.query("pragma synchronous")).rows, [[1n]]);
  });
});

for (const [name, sql] of [["finds no first row", ENDLESS], ["finds no further row", ENDLESS_LATER]] as const) {
  Deno.test(`readInBackground() stops at once when cancelled while it ${name}`, async () => {
    await withFolder(async (folder) => {
      await using client = await openOltp({ path: join(folder, "a.db") });
      await client.execute("create table t (x)");
      await client.readInBackground("select * from t", []);
      const controller = new AbortController();
      const read = client.readInBackground(sql, [], { signal: controller.signal });
      // Other work goes on meanwhile.
      await client.execute("insert into t values (1)");
      deepStrictEqual((await client.readInBackground("select x from t", [])).rows, [[1n]]);
      controller.abort();
      const start = performance.now();
      await rejects(read, { code: "CANCELLED" });
      ok(performance.now() - start < 2000, "an endless statement was interrupted, not waited for");
      deepStrictEqual((await client.readInBackground("select x from t", [])).rows, [[1n]]);
    });
  });
}

for (const anyText of [false, true]) {
  const texts = anyText ? "any texts" : "decodable texts";
  Deno.test(`readInBackground() of ${texts} follows a schema that another connection changes`, async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "a.db");
      await using client = await openOltp({ path, anyText });
      await client.execute("create table t(a)");
      await client.execute("insert into t values ('x')");
      deepStrictEqual((await client.readInBackground("select * from t", [])).rows, [["x"]]);
      const other = new Database(path);
      other.exec("alter table t add column b default 'y'");
      other.close();
      const { columns, rows } = await client.readInBackground("select * from t", []);
      deepStrictEqual([columns.map(({ name }) => name), rows], [["a", "b"], [["x", "y"]]]);
    });
  });
}

Deno.test("readInBackground() cancels reads that wait for their turn", async () => {
  await withFolder(async (folder) => {
    await using client = await openOltp({ path: join(folder, "a.db") });
    const controller = new AbortController();
    const reads = Array.from({ length: 5 }, () => client.readInBackground(ENDLESS, [], { signal: controller.signal }));
    const outcomes = Promise.allSettled(reads);
    controller.abort();
    for (const outcome of await outcomes) {
      strictEqual(outcome.status === "rejected" && (outcome.reason as RheiError).code, "CANCELLED");
    }
  });
});

Deno.test("close() ends background reads under way", async () => {
  await withFolder(async (folder) => {
    const client = await openOltp({ path: join(folder, "a.db") });
    const read = client.readInBackground(ENDLESS, []);
    const rejected = rejects(read, { code: "CANCELLED" });
    await client.close();
    await rejected;
  });
});

Deno.test("execute() takes effect after another statement failed for a lock", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using client = await openOltp({ path }, { busyTimeoutMs: 10 });
    await client.execute("create table t (x)");
    const other = new Database(path);
    for (const sql of ["insert into t values (1)", "insert into t values (2) returning x", "create table u (x)"]) {
      other.exec("begin immediate");
      await rejects(() => client.execute(sql), { code: "DATABASE_LOCKED" });
      other.exec("rollback");
      await client.execute("insert into t values (?)", [sql]);
      const [row] = other.prepare("select count(*) from t where x = ?").raw(true).all([sql] as never);
      deepStrictEqual(row, [1], sql);
    }
    deepStrictEqual((await client.query("select count(*) from t where typeof(x) = 'integer'")).rows, [[0n]]);
  });
});

Deno.test("begin('deferred') waits for another connection's lock without losing what it did", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using client = await openOltp({ path }, { busyTimeoutMs: 5000 });
    await client.execute("create table t (x)");
    const other = new Database(path);
    const tx = await client.begin("deferred");
    other.exec("begin immediate");
    const waiting = tx.execute("insert into t values (1)");
    other.exec("rollback");
    await waiting;
    await tx.commit();
    deepStrictEqual((await client.query("select x from t")).rows, [[1n]]);
  });
});

Deno.test("transaction() outlives a refused statement after an earlier one had to wait for a lock", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using client = await openOltp({ path }, { busyTimeoutMs: 5000 });
    await client.execute("create table t (x integer primary key)");
    const other = new Database(path);
    other.exec("begin immediate");
    const waiting = client.execute("insert into t values (1)");
    other.exec("rollback");
    await waiting;
    await client.transaction(async (tx) => {
      await tx.execute("insert into t values (2)");
      await rejects(() => tx.execute("insert into t values (2)"), { code: "SQL_CONSTRAINT" });
      await tx.execute("insert into t values (3)");
    });
    deepStrictEqual((await client.query("select x from t")).rows, [[1n], [2n], [3n]]);
  });
});

Deno.test("begin('deferred') is over when another connection wrote after its first read", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using client = await openOltp({ path }, { busyTimeoutMs: 10 });
    await client.execute("create table t (x)");
    const tx = await client.begin("deferred");
    await tx.query("select * from t");
    new Database(path).exec("insert into t values (1)");
    await rejects(() => tx.execute("insert into t values (2)"), { code: "DATABASE_LOCKED" });
    await rejects(() => tx.execute("insert into t values (3)"), { code: "TRANSACTION_STATE" });
    await tx.rollback();
    await client.execute("insert into t values (4)");
    deepStrictEqual((await client.query("select x from t")).rows, [[1n], [4n]]);
  });
});

Deno.test("snapshot() connections do not keep an old state when a stream was left open", async () => {
  await withFolder(async (folder) => {
    await using client = await openOltp({ path: join(folder, "a.db") });
    await client.execute("create table t (x)");
    await client.execute("insert into t values (1), (2), (3)");
    const snapshot = await client.snapshot();
    const rows = snapshot.stream("select x from t", [], 1)[Symbol.asyncIterator]();
    await rows.next();
    await snapshot.close();
    await client.execute("delete from t");
    await using later = await client.snapshot();
    deepStrictEqual((await later.query("select x from t")).rows, []);
    await rejects(async () => await rows.next(), { code: "CLOSED" });
  });
});

Deno.test("dataVersion() changes when this or another connection commits", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    await using client = await openOltp({ path });
    await client.execute("create table t (x)");
    const first = await client.dataVersion();
    strictEqual(await client.dataVersion(), first);
    await client.execute("insert into t values (1)");
    const second = await client.dataVersion();
    ok(second !== first);
    new Database(path).exec("insert into t values (2)");
    ok(await client.dataVersion() !== second);
  });
});

Deno.test("close() leaves everything in the database file itself", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.db");
    const client = await openOltp({ path });
    await client.execute("create table t (x)");
    await client.execute("insert into t values (1)");
    await client.close();
    const copy = join(folder, "copy.db");
    await Deno.copyFile(path, copy);
    await using reopened = await openOltp({ path: copy });
    deepStrictEqual((await reopened.query("select x from t")).rows, [[1n]]);
  });
});

Deno.test("LocalClient keeps what a marked statement keeps by itself when it fails", async () => {
  await using client = await openOltp({ path: ":memory:" });
  await client.execute("create table log(seq integer primary key, what)");
  await client.execute("create table p(id integer primary key)");
  await client.execute("create table t(x unique, p references p deferrable initially deferred)");
  await client.execute("create table c(p references p deferrable initially deferred)");
  await client.execute("create trigger i after insert on t begin insert into log(what) values (new.x); end");
  await client.execute("insert into log values (1, 'start')");
  await client.execute("pragma foreign_keys = on");
  client.markTransactions({
    log: "log",
    notes: "notes",
    tellingFunction: "total_changes",
    position: "select max(seq) from log",
    single: {
      mark: "update log set what = what || '!' where ?2 and seq = ?1 + 1 and seq = (select max(seq) from log)",
      retract: "update log set what = rtrim(what, '!') where seq > ?1",
    },
    several: {
      mark: "insert into log(what) select 'end' where ?2 and (select max(seq) from log) > ?1",
      retract: "delete from log where seq > ?1 and seq = (select max(seq) from log)",
    },
    batch: { before: "", after: ["", ""] },
    nextTime: () => 1_000_000n,
  });
  const failing = (error: unknown) => (error as RheiError).code === "SQL_CONSTRAINT";
  const logged = async (reader: Pick<OltpClient, "query">) =>
    (await reader.query("select group_concat(what, ' ') from log")).rows[0]?.[0];
  const log = () => logged(client);

  await rejects(client.execute("insert or fail into t(x) values ('a'), ('b'), ('a'), ('c')"), failing);
  strictEqual(await log(), "start a b end");
  await rejects(client.execute("insert into t values ('d', 7)"), failing);
  await rejects(client.batch([{ sql: "insert into t values ('d', 7)" }]), failing);
  strictEqual(await log(), "start a b end");

  const open = await client.begin();
  await open.execute("insert into t values ('e', 7)");
  await rejects(open.commit(), failing);
  strictEqual(await logged(open), "start a b end e");
  await open.execute("insert into p values (7)");
  await open.execute("insert into t(x) values ('f')");
  await open.commit();
  strictEqual(await log(), "start a b end e f end");

  await client.execute("insert into t(x) values ('g')");
  const single = await client.begin();
  await single.execute("insert into t values ('h', 8)");
  await rejects(single.commit(), failing);
  strictEqual(await logged(single), "start a b end e f end g! h");
  await single.execute("insert into p values (8)");
  await single.commit();
  strictEqual(await log(), "start a b end e f end g! h!");

  const unlogged = await client.begin();
  await unlogged.execute("insert into c values (9)");
  await rejects(unlogged.commit(), failing);
  strictEqual(await logged(unlogged), "start a b end e f end g! h!", "the mark of another transaction stays");
  await unlogged.rollback();
});
