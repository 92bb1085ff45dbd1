import assert from "node:assert/strict";
import { join } from "node:path";
import Database from "libsql";
import { HtapEngine, type OpenOptions, RheiError } from "../../mod.ts";
import { instantText, readInstant } from "../../src/types/mod.ts";
import { BACKENDS } from "../support/dual_engine.ts";

type Options = Omit<OpenOptions, "oltpPath" | "oltp" | "olap">;

for (const backend of BACKENDS) {
  const withFolder = async (
    body: (open: (options?: Options) => Promise<HtapEngine>, path: string) => Promise<void>,
  ) => {
    const folder = await Deno.makeTempDir();
    try {
      const oltpPath = join(folder, "app.db");
      const open = (options: Options = {}) =>
        HtapEngine.open({
          oltpPath,
          olap: { backend },
          threads: 1,
          syncIntervalMs: 0,
          syncMode: "temporal",
          ...options,
        });
      await body(open, oltpPath);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
  const rowsOf = async (db: HtapEngine, sql: string) => (await db.query(sql)).values().map((row) => [...row]);
  /** When the last transaction was made. */
  const lastTime = async (db: HtapEngine, table: string) =>
    (await rowsOf(db, `select max(_rhei_valid_from) from ${table} for system_time all`))[0]![0] as string;
  const notWhole = (since: string) => (error: unknown) => {
    assert.ok(error instanceof RheiError, String(error));
    assert.equal(error.code, "HISTORY_UNAVAILABLE", error.message);
    assert.ok(error.hint?.includes(`'${since}'`), `${error.hint} names ${since}`);
    return true;
  };

  Deno.test(`moments whose versions are no longer kept are refused, and only those (${backend})`, () =>
    withFolder(async (open) => {
      const times: string[] = [];
      {
        await using db = await open();
        for (const table of ["t", "u"]) await db.execute(`create table ${table}(a integer primary key, b)`);
        await db.execute("insert into t values (1, 0), (2, 0)");
        await db.execute("insert into u values (1, 0)");
        for (let b = 1; b <= 3; b++) {
          await db.execute("update t set b = ? where a = 1", [b]);
          times.push(await lastTime(db, "t"));
        }
        assert.equal((await db.history("t", 1)).retiredBefore, null);
      }
      const check = async (db: HtapEngine, what: string) => {
        // Of the first row the versions that ended at the first and the second update are gone.
        const whole = times[1]!;
        const asOf = (time: string) => rowsOf(db, `select b from t for system_time as of '${time}' order by a`);
        assert.deepEqual(await asOf(whole), [[2], [0]], what);
        assert.deepEqual(await asOf(times[2]!), [[3], [0]], what);
        const justBefore = instantText(readInstant(whole)! - 1n);
        for (const time of [justBefore, times[0]!, "2000-01-01"]) {
          await assert.rejects(asOf(time), notWhole(whole), what);
        }
        await assert.rejects(
          rowsOf(db, `select * from t for system_time between '${times[0]}' and '${times[2]}'`),
          notWhole(whole),
        );
        await assert.rejects(db.explain(`select * from t for system_time as of '${times[0]}'`), notWhole(whole));
        // What no mirror answers is refused alike.
        await assert.rejects(asOf(`${times[0]}' where random() is not null or '' = '`), notWhole(whole));
        const between = await rowsOf(db, `select a, b from t for system_time between '${whole}' and '2100-01-01'`);
        assert.deepEqual(between.sort(), [[1, 2], [1, 3], [2, 0]], what);
        assert.deepEqual((await rowsOf(db, "select b from t for system_time all")).flat().sort(), [0, 2, 3], what);
        assert.deepEqual(await rowsOf(db, `select b from u for system_time as of '${times[0]}'`), [[0]], what);
        assert.equal((await db.history("t", 1)).retiredBefore, whole, what);
        assert.equal((await db.history("u", 1)).retiredBefore, null, what);
        const { tables } = await db.status();
        const since = tables.map(({ history }) => history?.wholeSinceMs ?? null);
        assert.deepEqual(since, [Number(readInstant(whole)) / 1000, null], what);
      };
      {
        await using db = await open({ historyRetention: "2 versions" });
        await check(db, "after the versions went");
        await db.execute("insert into u values (2, 0)");
        await check(db, "after the next sync");
        await db.rebuild("u");
        await check(db, "after another table was rebuilt");
        await db.rebuild();
        await check(db, "after all were rebuilt");
      }
      await using db = await open();
      await check(db, "after opening anew");
      await db.execute("alter table t rename to v");
      await db.execute("alter table v rename to t");
      await check(db, "after the table was renamed");
      const asked = `select * from t for system_time as of '${times[0]}'`;
      await db.untrack(["t"], { history: "keep" });
      await assert.rejects(rowsOf(db, asked), notWhole(times[1]!));
      await db.track(["t"]);
      await assert.rejects(rowsOf(db, asked), notWhole(times[1]!));
      await db.untrack([], { history: "keep" });
      await assert.rejects(rowsOf(db, asked), notWhole(times[1]!));
    }));

  Deno.test(`moments before the history of a table that had rows are refused (${backend})`, () =>
    withFolder(async (open, path) => {
      const plain = new Database(path);
      plain.exec("create table t(a integer primary key, b); insert into t values (1, 'one')");
      plain.close();
      await using db = await open();
      const since = await lastTime(db, "t");
      await db.execute("create table u(a)");
      await db.execute("insert into u values (1)");
      await assert.rejects(rowsOf(db, "select * from t for system_time as of '2000-01-01'"), notWhole(since));
      assert.deepEqual(await rowsOf(db, "select * from u for system_time as of '2000-01-01'"), []);
      assert.deepEqual(await rowsOf(db, `select * from t for system_time as of '${since}'`), [[1, "one"]]);
      await db.execute("update u set a = 2");
      const foreign = new Database(path);
      foreign.exec(
        "begin; create table w as select 1 as a; insert into w values (2); insert into u values (3); commit",
      );
      foreign.close();
      const [[made]] = await rowsOf(db, "select max(_rhei_valid_from) from u for system_time all") as [[string]];
      const seen = await lastTime(db, "w");
      const both = `select count(*) from u for system_time as of ?1 join w for system_time as of ?1`;
      await assert.rejects(db.query(both, [made]), notWhole(seen));
      assert.deepEqual((await db.query(both, [seen])).values(), [[4]]);
    }));

  Deno.test(`a transaction that makes a table with rows is shown whole or not at all (${backend})`, () =>
    withFolder(async (open) => {
      await using db = await open();
      await db.execute("create table log(a)");
      await db.execute("insert into log values (0)");
      const ways: Record<string, (statements: readonly string[]) => Promise<unknown>> = {
        batch: (statements) => db.batch(statements.map((sql) => ({ sql }))),
        transaction: (statements) =>
          db.transaction(async (tx) => {
            for (const sql of statements) await tx.execute(sql);
          }),
        session: async (statements) => {
          for (const sql of ["begin", ...statements, "commit"]) await db.run(sql);
        },
      };
      for (const [way, run] of Object.entries(ways)) {
        const before = await lastTime(db, "log");
        await run([
          `insert into log values ('${way} begins')`,
          `create table by_${way} as select 1 as a, x'00ff' as b union all select 2, 1e300`,
          `update by_${way} set a = 5 where a = 2`,
          `create table if not exists by_${way} as select 3`,
          `insert into by_${way} values (7, null)`,
          "savepoint s",
          `create table by_${way}_2 as select 9 as a`,
          "rollback to s",
          `create table by_${way}_2(a integer primary key, b) without rowid`,
          `insert into by_${way}_2 values (4, 'x')`,
          `insert into log values ('${way} ends')`,
        ]);
        const then = await lastTime(db, "log");
        await db.execute(`update by_${way} set a = a + 100`);
        await db.execute(`drop table by_${way}_2`);
        const asOf = (time: string) =>
          rowsOf(
            db,
            `select count(*) as n from log for system_time as of '${time}' where a like '${way}%' union all ` +
              `select sum(a) from by_${way} for system_time as of '${time}' union all ` +
              `select sum(a) from by_${way}_2 for system_time as of '${time}'`,
          );
        assert.deepEqual(await asOf(before), [[0], [null], [null]], way);
        assert.deepEqual(await asOf(instantText(readInstant(then)! - 1n)), [[0], [null], [null]], way);
        assert.deepEqual(await asOf(then), [[2], [13], [4]], way);
        const at = await rowsOf(db, `select distinct _rhei_valid_from from by_${way} for system_time all order by 1`);
        assert.equal(at[0]?.[0], then, way);
        assert.equal(at.length, 2, way);
      }
      assert.ok((await db.verify()).equal);
    }));
}
