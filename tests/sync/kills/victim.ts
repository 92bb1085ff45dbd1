/**
 * The victim of kill_often.ts: reopens a database and its mirror, proves them equal, then writes and syncs until it is killed. Every
 * line on stdout names a moment, so that the parent can strike at any of them.
 *
 *     victim.ts FOLDER SEED BACKEND MODE
 */
import process from "node:process";
import { RheiError } from "../../../src/errors/mod.ts";
import { Random } from "../../fuzz/random.ts";
import { openMirrored } from "../mirrored_database.ts";
import { announcing } from "../observed_backend.ts";

const [folder = "", seed = "0", backend, mode] = process.argv.slice(2);
const random = new Random(Number(seed));
const say = (line: string) => void process.stdout.write(`${line}\n`);

const db = await openMirrored({
  folder,
  backend: backend === "arrow" ? backend : "duckdb",
  level: mode === "temporal" ? "images" : "keys",
  batchRows: 50,
  setup: [
    "create table if not exists counter(n integer primary key)",
    "create table if not exists t(id integer primary key, a text unique, b)",
    "create table if not exists w(k text collate nocase, n integer, v text, primary key (k, n)) without rowid",
  ],
  wrap: (olap) => announcing(olap, (step) => say(step)),
});
const { equal, tables } = await db.sync.verify();
if (!equal) {
  say(`unequal ${JSON.stringify(tables.filter((table) => table.differenceCount > 0), (_, value) => String(value))}`);
  process.exit(1);
}
const last = (await db.oltp.query("select ifnull(max(n), 0) from counter")).rows[0]?.[0];
say(`recovered ${last} ${db.notices.filter((text) => text.includes("rebuilt")).join()}`);

db.sync.startLoop(5);
for (let n = Number(last) + 1;; n++) {
  await db.oltp.transaction(async (transaction) => {
    await transaction.execute("insert into counter values (?)", [BigInt(n)]);
    for (let row = random.int(1, 60); row > 0; row--) {
      const id = BigInt(random.int(1, 300));
      await transaction.execute("insert or replace into t(id, a, b) values (?, ?, ?)", [
        id,
        `t${random.int(1, 200)}`,
        `b${n}`,
      ]);
      await transaction.execute("insert or replace into w values (?, ?, ?)", [
        random.pick(["k", "K", "l"]),
        id % 20n,
        `v${n}`,
      ]);
    }
    if (random.chance(0.2)) await transaction.execute("delete from t where id % 3 = ?", [BigInt(random.int(0, 2))]);
  });
  say(`committed ${n}`);
  if (random.chance(0.1)) await db.oltp.execute(`alter table t add column c${n} default ${n}`);
  // Not waited for: the kill may find the checkpoint at any point, and transactions beside it.
  if (random.chance(0.3)) void db.olap.checkpoint();
  if (random.chance(0.5)) {
    await db.sync.syncNow().catch((error) => {
      if (!(error instanceof RheiError && error.retryable)) throw error;
    });
  }
}
