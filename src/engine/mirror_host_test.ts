import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError } from "../errors/mod.ts";
import { openOltp } from "../oltp/mod.ts";
import { MirrorHost } from "./mirror_host.ts";
import { resolveOptions } from "./open_options.ts";

/** What a host does with a database whose first snapshots after `begin` fail, until it tracks a new table or says it cannot go on. */
async function noticesAfter(failures: readonly Error[]): Promise<{ notices: string[]; failuresLeft: number }> {
  const folder = await Deno.makeTempDir();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  // The timers of the background do not keep a process alive.
  const alive = setInterval(() => {}, 1000);
  try {
    const oltpPath = join(folder, "app.db");
    await using oltp = await openOltp({ path: oltpPath });
    await oltp.execute("create table t (id integer primary key)");
    const notices: string[] = [];
    const onNotice = (text: string): void => {
      notices.push(text);
      if (/again|on fire/.test(text)) end();
    };
    const host = new MirrorHost(
      oltp,
      resolveOptions({ oltpPath, olap: { path: ":memory:" }, syncIntervalMs: 1, onNotice }),
    );
    const left = [...failures];
    const snapshot = oltp.snapshot.bind(oltp);
    const began = host.begin();
    oltp.snapshot = async (options) => {
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      await oltp.execute("create table if not exists label (id integer primary key)");
      return snapshot(options);
    };
    await began;
    await over;
    await host.close();
    return { notices, failuresLeft: left.length };
  } finally {
    clearInterval(alive);
    await Deno.remove(folder, { recursive: true });
  }
}

const LOCKED = new RheiError("DATABASE_LOCKED", "Cannot read: the database is locked", { retryable: true });

Deno.test("begin() opens the mirror by itself once a lock in its way is gone, and tells of it once", async () => {
  const { notices, failuresLeft } = await noticesAfter([LOCKED, LOCKED, LOCKED]);
  assert.deepEqual(notices, [
    "tracking changes of table t",
    "Cannot read: the database is locked; until it can be used, libSQL answers every query",
    "tracking changes of table label",
    "the mirror can be used again",
  ]);
  assert.equal(failuresLeft, 0);
});

Deno.test("begin() does not try again to open a mirror that fails for good", async () => {
  const { notices, failuresLeft } = await noticesAfter([new RheiError("DISK_FULL", "Cannot load: on fire"), LOCKED]);
  assert.equal(notices.length, 2);
  assert.equal(failuresLeft, 1);
});
