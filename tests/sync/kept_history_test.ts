import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RheiError } from "../../src/errors/mod.ts";
import { type MirroredDatabase, type MirroredOptions, openMirrored } from "./mirrored_database.ts";

const BACKENDS = ["duckdb", "arrow"] as const;
const SETUP = ["create table t(id integer primary key, a)", "insert into t values (1, 1), (2, 2)"];

/** All versions of table `t`: what made each, its values, whether it is alive. */
async function versionsOf(db: MirroredDatabase): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, history, columns } of (await db.olap.state())?.tables ?? []) {
    if (history === undefined) continue;
    const at = (column: string) => columns.findIndex((candidate) => candidate.name === column);
    for await (const rows of db.olap.scan(name)) {
      for (const row of rows) {
        const alive = history.part === "open" ? " alive" : "";
        lines.push(`${row[at("_rhei_operation")]} ${row[at("id")]} ${row[at("a")]}${alive}`);
      }
    }
  }
  return lines.sort();
}

async function inFolder(
  body: (open: (options?: MirroredOptions) => Promise<MirroredDatabase>, folder: string) => Promise<void>,
  backend: "duckdb" | "arrow",
) {
  const folder = await mkdtemp(join(tmpdir(), "rhei-history-"));
  try {
    await body((options) => openMirrored({ backend, folder, level: "images", ...options }), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const backend of BACKENDS) {
  Deno.test(`a mirror on ${backend} keeps its history when the database is restored from a backup`, () =>
    inFolder(async (open, folder) => {
      {
        await using db = await open({ setup: SETUP });
        await db.run("update t set a = 10 where id = 1");
        await db.sync.syncNow();
      }
      await cp(join(folder, "test.db"), join(folder, "backup.db"));
      {
        await using db = await open();
        await db.run("update t set a = 20 where id = 2", "insert into t values (3, 3)");
        await db.sync.syncNow();
      }
      for (const suffix of ["-wal", "-shm"]) await rm(join(folder, `test.db${suffix}`), { force: true });
      await cp(join(folder, "backup.db"), join(folder, "test.db"));
      await using db = await open();
      assert.ok(
        db.notices.some((text) => /restored from a backup.*history may lack changes since/.test(text)),
        db.notices.join(),
      );
      assert.deepEqual(await versionsOf(db), [
        "D 3 3",
        "I 1 1",
        "I 2 2",
        "I 3 3",
        "U 1 10 alive",
        "U 2 2 alive",
        "U 2 20",
      ]);
      assert.equal((await db.sync.verify()).equal, true);
    }, backend));

  Deno.test(`a mirror on ${backend} that is unreadable is refused, not rebuilt, while history is kept`, () =>
    inFolder(async (open, folder) => {
      await (await open({ setup: SETUP }))[Symbol.asyncDispose]();
      const { readdir, writeFile, stat } = await import("node:fs/promises");
      const mirror = join(folder, "mirror");
      const files = (await stat(mirror)).isDirectory()
        ? (await readdir(mirror)).filter((name) => !/lock/.test(name)).map((name) => join(mirror, name))
        : [mirror];
      for (const file of files) if ((await stat(file)).isFile()) await writeFile(file, "no mirror at all");
      await assert.rejects(open(), (error) => error instanceof RheiError && error.code === "OLAP_UNAVAILABLE");
      await rm(mirror, { recursive: true });
      await using db = await open();
      assert.deepEqual(await versionsOf(db), ["I 1 1 alive", "I 2 2 alive"]);
    }, backend));

  Deno.test(`history on ${backend} ends as told when the mode goes back to destructive, and goes on later`, () =>
    inFolder(async (open) => {
      await using db = await open({ setup: SETUP });
      await db.run("update t set a = 10 where id = 1");
      await db.source.track("all", "keys");
      await db.run("update t set a = 11 where id = 1");
      await db.sync.syncNow();
      const kept = ["I 1 1", "I 2 2", "U 1 10"];
      assert.deepEqual((await versionsOf(db)).filter((line) => !kept.includes(line)), []);
      assert.equal((await db.sync.status()).tables[0]?.history?.live, false);
      assert.equal((await db.sync.verify()).equal, true);
      await db.source.track("all", "images");
      await db.sync.syncNow();
      await db.run("delete from t where id = 2");
      await db.sync.syncNow();
      assert.deepEqual(await versionsOf(db), [...kept, "D 2 2", "I 1 11 alive", "I 2 2"].sort());
      assert.equal((await db.sync.verify()).equal, true);
    }, backend));
}

for (const backend of BACKENDS) {
  Deno.test(`untrack() on ${backend} discards the history of the table called so by now, after names were exchanged`, () =>
    inFolder(async (open) => {
      await using db = await open({
        setup: [...SETUP, "create table other(id integer primary key, a)", "insert into other values (7, 'seven')"],
      });
      await db.run("update t set a = 10 where id = 1", "update other set a = 'VII'");
      await db.sync.syncNow();
      await db.run("alter table t rename to x", "alter table other rename to t", "alter table x rename to other");
      await db.sync.untrack(["T"], "discard");
      assert.deepEqual(await versionsOf(db), ["I 1 1", "I 2 2 alive", "U 1 10 alive"]);
      assert.deepEqual((await db.sync.verify()).absent.map((table) => table.name), ["t"]);
    }, backend));
}
