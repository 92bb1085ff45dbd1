import assert from "node:assert/strict";
import { TriggerLog } from "../../src/cdc/mod.ts";
import { openArrow } from "../../src/olap/arrow/mod.ts";
import { Synchronizer } from "../../src/sync/mod.ts";
import { type MirroredDatabase, openMirrored } from "./mirrored_database.ts";

interface Second extends AsyncDisposable {
  readonly sync: Synchronizer;
  readonly notices: string[];
}

/** Another mirror of the same database, in memory. */
async function secondMirror({ oltp }: MirroredDatabase): Promise<Second> {
  const olap = await openArrow({ path: null, threads: 1 });
  const notices: string[] = [];
  const onNotice = (text: string) => void notices.push(text);
  const sync = new Synchronizer({ oltp, olap, source: new TriggerLog(oltp), mirror: "second", onNotice });
  await sync.open();
  return {
    sync,
    notices,
    [Symbol.asyncDispose]: async () => {
      await sync.close();
      await olap.close();
    },
  };
}

const SETUP = ["create table t(id integer primary key, a)", "insert into t values (1, 1)"];

/** More rows than are kept back from pruning. */
const MANY =
  "with recursive n(i) as (select 2 union all select i + 1 from n where i < 3000) insert into t select i, i from n";

async function prunedBy(db: MirroredDatabase): Promise<void> {
  await db.sync.syncNow();
  const left = async () => Number((await db.oltp.query("select min(seq) from _rhei_cdc_log")).rows[0]?.[0]);
  const before = await left();
  await db.run("update t set a = 0");
  await db.sync.syncNow();
  // Pruning goes on beside the sync.
  for (let turn = 0; await left() === before && turn < 200; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function records(db: MirroredDatabase): Promise<string[]> {
  const { rows } = await db.oltp.query("select name from _rhei_meta where name glob 'mirror *' order by name");
  return rows.map(([name]) => String(name).replace(/ .*\//, " "));
}

Deno.test("what one mirror has no more use for stays in the log while another one needs it", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  const notices: string[][] = [];
  {
    await using second = await secondMirror(db);
    notices.push(second.notices);
    await db.run(MANY);
    await second.sync.syncNow();
    await db.run("update t set a = a + 1");
    while ((await records(db)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await prunedBy(db);
    assert.deepEqual(await records(db), ["mirror mirror", "mirror second"]);
    const report = await second.sync.syncNow();
    assert.deepEqual(report.tables.map(({ action }) => action), ["changed"]);
    assert.ok((await second.sync.verify()).equal);
  }
  assert.deepEqual(notices.flat(), [], "nothing was rebuilt");
  assert.deepEqual(await records(db), ["mirror mirror"], "a mirror in memory gives up its claim when it closes");
});

Deno.test("a mirror that was not heard of for long does not hold the log back, and is rebuilt when it comes back", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP });
  await using second = await secondMirror(db);
  await db.run(MANY);
  await second.sync.syncNow();
  while ((await records(db)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await db.run("update _rhei_meta set value = '1 0' where name = 'mirror second'");
  await prunedBy(db);
  while ((await records(db)).includes("mirror second")) await new Promise((resolve) => setTimeout(resolve, 5));
  await db.run("update t set a = 1 where id = 1");
  await second.sync.syncNow();
  assert.match(second.notices.join(), /^the mirror is rebuilt: it is too old/);
  assert.ok((await second.sync.verify()).equal);
});

Deno.test("a mirror that keeps history is known to others from its first state on", async () => {
  await using db = await openMirrored({ memory: true, setup: SETUP, level: "images" });
  await using second = await secondMirror(db);
  for (let turn = 0; (await records(db)).length < 2 && turn < 400; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await db.run("update t set a = 2", "update t set a = 3");
  await db.run(MANY);
  await prunedBy(db);
  await second.sync.syncNow();
  const { tables } = await second.sync.status();
  // Four of the first row, two of each other one.
  assert.deepEqual(tables.map(({ history }) => history?.versions), [6002]);
});
