import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { classify } from "../sql/mod.ts";
import { HtapEngine } from "./htap_engine.ts";
import { refuseReservedNames } from "./refuse_reserved_names.ts";

const REFUSED: readonly (readonly [sql: string, message: RegExp, at: number])[] = [
  ["delete from _rhei_cdc_log", /_rhei_cdc_log may not be modified/, 12],
  ['insert or replace into main."_RHEI_Meta" values (1)', /_RHEI_Meta may not be modified/, 28],
  ["with w as (select 1) update [_rhei_meta] set value = 1", /_rhei_meta may not be modified/, 28],
  ["drop trigger if exists _rhei_insert_1", /_rhei_insert_1 may not be dropped/, 23],
  ["alter table _rhei_meta add column x", /_rhei_meta may not be altered/, 12],
  ["create table if not exists '_rhei_x' (a)", /_rhei_x is a name reserved/, 27],
  ["create temp view _rhei_v as select 1", /_rhei_v is a name reserved/, 17],
  ["alter table t rename to _rhei_t", /_rhei_t is a name reserved/, 24],
];

const FREE: readonly string[] = [
  "select * from _rhei_cdc_log",
  "insert into t select * from _rhei_cdc_log",
  "insert into t values ('_rhei_x')",
  "create table my_rhei_x (a)",
  "alter table t rename column a to b",
  "alter table t rename to u",
  "drop table t",
];

Deno.test("refuseReservedNames() points at what would change an object of rhei's or take such a name", () => {
  for (const [sql, message, at] of REFUSED) {
    assert.throws(() => refuseReservedNames(sql, classify(sql)), (error) => {
      assert(error instanceof RheiError);
      assert.match(error.message, message);
      assert.equal(error.pointer?.start, at, sql);
      return true;
    });
  }
});

Deno.test("refuseReservedNames() leaves everything else alone", () => {
  for (const sql of FREE) refuseReservedNames(sql, classify(sql));
});

Deno.test("HtapEngine keeps applications away from its log, however a statement comes", async () => {
  await using db = await HtapEngine.open({ oltpPath: ":memory:", olap: { backend: "arrow" } });
  await db.execute("create table t (a)");
  const sql = "delete from _rhei_cdc_log";
  const refused = (error: unknown) => error instanceof RheiError && error.code === "SQL_ERROR";
  await assert.rejects(db.execute(sql), refused);
  await assert.rejects(db.query(sql), refused);
  await assert.rejects(db.batch([{ sql: "insert into t values (1)" }, { sql }]), refused);
  await assert.rejects(
    db.transaction(async (transaction) => {
      await transaction.execute("insert into t values (1)");
      await transaction.execute(sql);
    }),
    refused,
  );
  assert.deepEqual((await db.query("select count(*) as n from t")).rows(), [{ n: 0 }]);
});
