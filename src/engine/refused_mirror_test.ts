import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { RheiError } from "../errors/mod.ts";
import { HtapEngine } from "./htap_engine.ts";
import type { OpenOptions } from "./open_options.ts";

const BACKENDS = ["arrow", "duckdb"] as const;

interface Place {
  /** Opens a database of the folder, by name; its mirror is `NAME.mirror`. */
  open(name: string, options?: Partial<OpenOptions>): Promise<HtapEngine>;
  readonly notices: string[];
  readonly folder: string;
}

async function inFolder(backend: "arrow" | "duckdb", body: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const notices: string[] = [];
  try {
    await body({
      folder,
      notices,
      open: (name, options = {}) =>
        HtapEngine.open({
          oltpPath: join(folder, name),
          olap: { backend, path: join(folder, `${name}.mirror`) },
          threads: 1,
          syncIntervalMs: 0,
          onNotice: (text) => notices.push(text),
          ...options,
        }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A database in temporal mode, synced at a watermark that is higher than that of a database just tracked. */
async function temporal(open: Place["open"], name: string): Promise<void> {
  await using db = await open(name, { syncMode: "temporal" });
  await db.execute("create table o (id integer primary key, s text)");
  await db.execute("insert into o values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')");
  await db.syncNow();
}

const LOG_ROWS = "select count(*) from _rhei_cdc_log";
const OWN_OBJECTS = "select count(*) from sqlite_schema where name glob '_rhei_*'";
const MIRROR_RECORDS = "select count(*) from _rhei_meta where name glob 'mirror *'";

async function figure(db: HtapEngine, sql: string): Promise<unknown> {
  return (await db.query(sql, [], { route: "oltp" })).values()[0]?.[0];
}

const UNTRACKED = { track: "none" } as const;

for (const backend of BACKENDS) {
  Deno.test(`a mirror on ${backend} that is refused leaves the log whole, and untrack() gets rhei out`, () =>
    inFolder(backend, async ({ open }) => {
      await temporal(open, "a.db");
      {
        await using db = await open("a.db", UNTRACKED);
        await db.untrack([], { history: "keep" });
      }
      {
        await using db = await open("a.db");
        await assert.rejects(db.syncNow(), /tracking was begun anew; and it holds history/);
      }
      {
        await using db = await open("a.db", UNTRACKED);
        assert.notEqual(await figure(db, LOG_ROWS), 0);
        assert.equal(await figure(db, MIRROR_RECORDS), 0);
        // The history in the mirror ended before: there is nothing to decide.
        await db.untrack();
        assert.equal(await figure(db, OWN_OBJECTS), 0);
      }
      await using db = await open("a.db", UNTRACKED);
      await db.untrack();
      assert.equal(await figure(db, OWN_OBJECTS), 0);
    }));

  Deno.test(`another database's history on ${backend} is neither discarded nor asked for by untrack()`, () =>
    inFolder(backend, async ({ open, notices, folder }) => {
      await temporal(open, "a.db");
      const olap = { backend, path: join(folder, "a.db.mirror") };
      {
        await using db = await open("b.db", { olap });
        await db.execute("create table p (id integer primary key)");
        await assert.rejects(db.query("select count(*) from p", [], { route: "olap" }), RheiError);
      }
      {
        await using db = await open("b.db", { olap, ...UNTRACKED });
        assert.notEqual(await figure(db, LOG_ROWS), 0);
        await db.untrack([], { history: "discard" });
        assert.match(notices.at(-1) ?? "", /^the mirror stays as it is/);
        assert.equal(await figure(db, OWN_OBJECTS), 0);
      }
      await using db = await open("a.db");
      const { tables } = await db.status();
      assert.equal(tables.find(({ name }) => name === "o")?.history?.live, true);
      assert.equal(await figure(db, "select count(*) from o"), 4);
    }));

  Deno.test(`untrack() of a log on ${backend} that was emptied asks what becomes of history, and does it`, () =>
    inFolder(backend, async ({ open, folder }) => {
      await temporal(open, "a.db");
      {
        await using db = await open("a.db", UNTRACKED);
        const another = new Database(join(folder, "a.db"));
        another.exec("delete from _rhei_cdc_log");
        another.close();
        await assert.rejects(db.syncNow(), /Cannot read the change log: it is empty/);
        await assert.rejects(db.untrack(), (error) => error instanceof RheiError && error.code === "CONFIG");
        assert.notEqual(await figure(db, OWN_OBJECTS), 0);
        await db.untrack([], { history: "discard" });
        assert.equal(await figure(db, OWN_OBJECTS), 0);
      }
      await using db = await open("a.db");
      await db.syncNow();
      assert.equal((await db.verify()).equal, true);
    }));

  Deno.test(`a mirror on ${backend} is said to be lost only where it was`, () =>
    inFolder(backend, async ({ open, notices, folder }) => {
      await temporal(open, "a.db");
      notices.length = 0;
      const MIRROR = /mirror/;
      const said = () => notices.splice(0).filter((text) => MIRROR.test(text));
      {
        await using db = await open("a.db");
        await db.execute("insert into o values (5, 'e')");
        await db.syncNow();
        await db.rebuild();
        assert.deepEqual(said(), []);
      }
      {
        await using db = await open("a.db", { olap: { backend, path: join(folder, "another.mirror") } });
        await db.syncNow();
        assert.deepEqual(said(), ["a new mirror is made: its history begins now"]);
      }
      await Deno.remove(join(folder, "a.db.mirror"), { recursive: true });
      await using db = await open("a.db");
      await db.syncNow();
      assert.deepEqual(said(), ["the mirror is rebuilt: it was lost; history begins anew"]);
    }));

  Deno.test(`a mirror on ${backend} without history is rebuilt without a word when asked for`, () =>
    inFolder(backend, async ({ open, notices, folder }) => {
      for (const round of [1, 2]) {
        await using db = await open("a.db");
        if (round === 1) await db.execute("create table o (id integer primary key)");
        await db.execute("insert into o select coalesce(max(id), 0) + 1 from o");
        await db.syncNow();
        notices.length = 0;
        await db.rebuild();
        assert.deepEqual(notices, []);
      }
      await using db = await open("a.db", { olap: { backend, path: join(folder, "another.mirror") } });
      await db.syncNow();
      assert.deepEqual(notices, []);
    }));
}

Deno.test("what needs the mirror fails with an error and no notice; what goes on without it tells of it once", () =>
  inFolder("arrow", async ({ open, notices }) => {
    await temporal(open, "a.db");
    await using first = await open("a.db");
    await first.syncNow();
    await using second = await open("a.db", UNTRACKED);
    notices.length = 0;
    await assert.rejects(second.syncNow(), RheiError);
    await assert.rejects(second.verify(), RheiError);
    assert.equal(notices.length, 0, notices.join());
    for (let turn = 0; turn < 2; turn++) {
      await assert.rejects(second.query("select count(*) from o", [], { route: "olap" }), RheiError);
    }
    assert.equal(notices.filter((text) => text.includes("libSQL answers every query")).length, 1, notices.join());
  }));
