import assert from "node:assert/strict";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { HtapEngine } from "../../mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";

/** The present rows, as libSQL sees them, and a time at which they were the present ones by anybody's clock, in ms since 1970. */
async function present(db: HtapEngine, table: string): Promise<{ readonly atMs: number; readonly rows: unknown }> {
  const committedMs = Date.now();
  while (Date.now() === committedMs) await nextTurn();
  const atMs = Date.now();
  const rows = (await db.query(`select * from ${table} order by id`, [], { route: "oltp" })).rows();
  while (Date.now() === atMs) await nextTurn();
  return { atMs, rows };
}

for (const backend of BACKENDS) {
  Deno.test(`AS OF a time by the clock shows what was there then, whenever it was synced (${backend})`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using db = await HtapEngine.open({
        oltpPath: join(folder, "app.db"),
        olap: { backend, path: ":memory:" },
        syncMode: "temporal",
        // As often as it can: tables are begun and read anew between any two transactions.
        syncIntervalMs: 1,
        threads: 1,
      });
      const seen: { readonly table: string; readonly atMs: number; readonly rows: unknown }[] = [];
      for (let made = 0; made < 4; made++) {
        const table = `t${made}`;
        await db.execute(`create table ${table}(id integer primary key, v)`);
        for (let step = 0; step < 10; step++) {
          await db.transaction(async (tx) => {
            await tx.execute(`insert or replace into ${table} values (?, ?)`, [step % 3, step]);
            await tx.execute(`update or replace ${table} set id = id + 1 where v % 4 = ?`, [step % 4]);
          });
          seen.push({ table, ...await present(db, table) });
          // Read anew without a word in the log.
          if (step === 5) await db.rebuild(table);
        }
      }
      for (const { table, atMs, rows } of seen) {
        const answer = await db.query(`select * from ${table} for system_time as of ? order by id`, [atMs]);
        assert.deepEqual(answer.rows(), rows, `${table} as of ${atMs}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
