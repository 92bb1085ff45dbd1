import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TriggerLog } from "../../src/cdc/mod.ts";
import { openDuckdb } from "../../src/olap/duckdb/mod.ts";
import { Synchronizer } from "../../src/sync/mod.ts";
import { announcing } from "./observed_backend.ts";
import { openOltp } from "../../src/oltp/mod.ts";
import { type MirroredDatabase, openMirrored } from "./mirrored_database.ts";

const SETUP = ["create table t(id integer primary key, a)", "insert into t values (1, 'one'), (2, 'two')"];

interface Case {
  readonly name: string;
  /** Done with everything closed; `save` was taken after the first sync, the present state is one sync later. */
  readonly meddle: (folder: string, saved: string) => Promise<void>;
  /** Part of the expected notice, or `null` when the mirror must be taken on as it is. */
  readonly notice: string | null;
}

const files = (names: readonly string[]) => async (from: string, to: string) => {
  for (const name of names) {
    await rm(join(to, name), { recursive: true, force: true });
    await cp(join(from, name), join(to, name), { recursive: true, force: true }).catch((error) => {
      // A checkpointed database has no WAL.
      if (error.code !== "ENOENT") throw error;
    });
  }
};
const restoreSource = files(["test.db", "test.db-wal", "test.db-shm"]);
const restoreMirror = files(["mirror"]);

async function write(folder: string, ...statements: readonly string[]): Promise<void> {
  const oltp = await openOltp({ path: join(folder, "test.db") });
  for (const sql of statements) await oltp.execute(sql);
  await oltp.close();
}

const CASES: readonly Case[] = [
  { name: "nothing happened", meddle: async () => {}, notice: null },
  {
    name: "someone wrote in between",
    meddle: (folder) => write(folder, "insert into t values (77, 'w')", "delete from t where id = 1"),
    notice: null,
  },
  {
    name: "the mirror is lost",
    meddle: (folder) => rm(join(folder, "mirror"), { recursive: true }),
    notice: "it was lost",
  },
  {
    name: "an older mirror is restored",
    meddle: (folder, saved) => restoreMirror(saved, folder),
    notice: "it is too old",
  },
  {
    name: "an older source is restored",
    meddle: (folder, saved) => restoreSource(saved, folder),
    notice: "newer than the database",
  },
  {
    name: "an older source is restored and written to beyond the mirror, the same keys with other values",
    meddle: async (folder, saved) => {
      await restoreSource(saved, folder);
      await write(
        folder,
        "insert into t values (3, 'other three')",
        "insert into t values (4, 'other four')",
        "update t set a = 'other' where id = 2",
      );
    },
    notice: "its history differs",
  },
  {
    name: "source and mirror are restored together",
    meddle: async (folder, saved) => {
      await restoreSource(saved, folder);
      await restoreMirror(saved, folder);
    },
    notice: null,
  },
  {
    name: "tracking was ended and begun anew",
    meddle: async (folder) => {
      await using db = await openMirrored({ folder, memory: true });
      await db.sync.untrack("all");
      await db.run("insert into t values (50, 'unseen')");
    },
    notice: "belongs to another database",
  },
  {
    name: "the mirror file is damaged",
    meddle: async (folder) => {
      for await (const entry of Deno.readDir(join(folder, "mirror"))) {
        if (entry.isFile) await Deno.writeTextFile(join(folder, "mirror", entry.name), "no mirror at all");
      }
    },
    notice: "it was lost",
  },
];

async function secondSync(db: MirroredDatabase): Promise<void> {
  await db.run("insert into t values (3, 'three')", "update t set a = 'zwei' where id = 2");
  await db.sync.syncNow();
}

const BACKENDS = ["duckdb", "arrow"] as const;

for (
  const [{ name, meddle, notice }, backend] of CASES.flatMap((each) =>
    BACKENDS.map((backend) => [each, backend] as const)
  )
) {
  Deno.test(`Synchronizer on ${backend} opens rightly when ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rhei-history-"));
    const saved = `${folder}-saved`;
    try {
      const first = await openMirrored({ folder, backend, setup: SETUP });
      await first.run("insert into t values (0, 'zero')");
      await first.sync.syncNow();
      await first[Symbol.asyncDispose]();
      await cp(folder, saved, { recursive: true });
      const second = await openMirrored({ folder, backend });
      await secondSync(second);
      await second[Symbol.asyncDispose]();

      await meddle(folder, saved);
      await using db = await openMirrored({ folder, backend });
      const rebuilt = db.notices.filter((text) => text.startsWith("the mirror is rebuilt: "));
      if (notice === null) assert.deepEqual(rebuilt, []);
      else assert.ok(rebuilt.length === 1 && rebuilt[0]?.includes(notice), `${rebuilt}`);
      const { tables } = await db.expectEqual(name);
      assert.equal(tables.length, 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(saved, { recursive: true, force: true });
    }
  });
}

Deno.test("untrack() leaves nothing behind when everything is untracked, and one table goes alone", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: [...SETUP, "create table u(a)", "create table w(k primary key) without rowid"],
  });
  const own = async () =>
    (await db.oltp.query("select name from sqlite_schema where name glob '*_rhei_*' or sql glob '*_rhei_*'")).rows
      .flat();
  assert.ok((await own()).length > 3);
  await db.sync.untrack(["u"]);
  await db.run("insert into u values (1)", "insert into t values (9, 'nine')");
  await db.expectEqual("one table untracked");
  assert.equal(db.sync.catalog().absence("U"), "it is not tracked");
  await db.sync.track(["U"]);
  await db.expectEqual("tracked again");
  assert.ok(db.sync.catalog().table("u"));
  await db.sync.untrack("all");
  assert.deepEqual(await own(), []);
  assert.equal(db.sync.catalog().absence("t"), "it is not tracked");
  await db.run("insert into t values (10, 'unseen')", "create table later(a)");
  await db.sync.syncNow();
  assert.deepEqual(await own(), [], "tracking does not come back by itself");
  await db.sync.track(["t"]);
  const { tables } = await db.expectEqual("tracked anew");
  assert.deepEqual(tables.map((table) => [table.name, table.sourceRows]), [["t", 4]]);
});

Deno.test("a mirror is rebuilt when another mirror of the same source has pruned what it lacks", async () => {
  await using slow = await openMirrored({ memory: true, setup: SETUP });
  {
    await using fast = await openMirrored({ folder: slow.folder, memory: true });
    await fast.run("update t set a = 'seen by one'", "delete from t where id = 1");
    await fast.expectEqual("the faster mirror");
  }
  await slow.expectEqual("the slower mirror");
  assert.deepEqual(slow.notices.slice(-1), [
    "the mirror is rebuilt: it is too old: changes it lacks are no longer in the log",
  ]);
});

Deno.test("close() abandons a first load when it is under way", async () => {
  let loading = Promise.withResolvers<void>();
  await using db = await openMirrored({
    memory: true,
    setup: [...SETUP, "insert into t select value + 10, 'row' from generate_series(1, 1000)"],
    batchRows: 10,
    wrap: (olap) => announcing(olap, (step) => step === "after append" && loading.resolve()),
  });
  loading = Promise.withResolvers<void>();
  const rebuilt = assert.rejects(db.sync.rebuild("all"), { code: "CANCELLED" });
  await loading.promise;
  await db.sync.close();
  await rebuilt;
  assert.equal(await db.olap.state(), null, "nothing half done");
  assert.throws(() => db.sync.syncNow(), { code: "CLOSED" });
});

Deno.test("a database in memory is mirrored too", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  for (const sql of SETUP) await oltp.execute(sql);
  const olap = await openDuckdb({ path: null, threads: 1 });
  const sync = new Synchronizer({ oltp, olap, source: new TriggerLog(oltp) });
  await sync.open();
  await oltp.execute("update t set a = 'changed' where id = 1");
  await oltp.execute("create table u(a)");
  await sync.catchUp();
  const report = await sync.verify();
  assert.deepEqual([report.equal, report.tables.map((table) => table.name)], [true, ["t", "u"]]);
  await sync.close();
  await olap.close();
});

for (const backend of BACKENDS) {
  Deno.test(`the log never gives a sequence number twice when it is pruned between any two writes (${backend})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rhei-seq-"));
    try {
      let last = 0;
      for (let round = 0; round < 4; round++) {
        await using db = await openMirrored({ folder, backend, setup: round === 0 ? SETUP : [] });
        await db.run("insert into t(a) values ('x')");
        const { watermark } = await db.sync.syncNow();
        assert.ok(watermark > last, "numbers grow");
        last = watermark;
        await db.sync.close();
        assert.equal((await db.oltp.query("select count(*) from _rhei_cdc_log")).rows[0]?.[0], 1n, "closing prunes");
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
