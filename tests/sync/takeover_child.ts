import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { HtapEngine, RheiError } from "../../mod.ts";

/** One of several processes on a database: writes all the time, asks both engines, and says who it is. */
const [folder = "", backend, name = ""] = process.argv.slice(2);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const db = await HtapEngine.open({
  oltpPath: join(folder, "test.db"),
  olap: { backend: backend === "arrow" ? "arrow" : "duckdb" },
  syncIntervalMs: 5,
  threads: 1,
});
await retried(() => db.execute("create table if not exists t(id integer primary key, who text, n integer)"));
// Enough rows for the mirror to answer.
const seed = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select 'seed', i from n";
await retried(() => db.execute(`insert into t(who, n) ${seed} where not exists (select 1 from t)`));

let role = "";
for (let n = 1;; n++) {
  await retried(() => db.execute("insert into t(who, n) values (?, ?)", [name, n]));
  say(`committed ${n}`);
  const { rows, target } = await retried(async () => {
    const result = await db.query("select max(n) as n from t where who = ?", [name]);
    return { rows: result.rows(), target: result.target };
  });
  if (rows[0]?.n !== n) say(`wrong ${target} answered ${rows[0]?.n} after ${n}`);
  const { heldBy } = await db.status();
  if ((heldBy === null ? "leads" : "follows") !== role) {
    role = heldBy === null ? "leads" : "follows";
    if (heldBy === null) {
      const { equal } = await db.verify();
      say(equal ? "leads" : "wrong mirror");
    } else say(`follows ${heldBy.pid}`);
  }
  await sleep(2);
}

/** Runs again what another writer's lock was in the way of. */
async function retried<T>(body: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof RheiError && error.retryable)) throw error;
    }
  }
}
