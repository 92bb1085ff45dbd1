import assert from "node:assert/strict";
import { openOltp } from "../oltp/mod.ts";
import type { LogEvent } from "./log_event.ts";
import { TriggerLog } from "./trigger_log.ts";

const NUMBERS = "with recursive c(i) as (select 1 union all select i + 1 from c where i < 1500)";

/** Transactions of many changes each. */
const CASES: readonly {
  readonly name: string;
  readonly setup: readonly string[];
  readonly steps: readonly string[];
}[] = [
  {
    name: "values of every class, NULLs among them",
    setup: ["create table t(id integer primary key, a integer, b real, c text, d blob, e)"],
    steps: [
      `insert into t ${NUMBERS} select i, nullif(i % 7, 0) * 1000000000000000, i / 4.0, 'é ' || i, zeroblob(i % 5), null from c`,
      "update t set a = -a, b = -0.0 where id % 2",
      "update t set id = id + 5000 where id > 700",
      "delete from t where id < 900",
    ],
  },
  {
    name: "columns whose values change their class on the way",
    setup: ["create table t(id integer primary key, a, b numeric)"],
    steps: [
      `insert into t ${NUMBERS} select i, case when i < 800 then i else 'text ' || i end, i / 2.0 from c`,
      "update t set a = id / 2.0",
      "update t set a = x'00'",
      "update t set b = 1e300 where id = 1400",
    ],
  },
  {
    name: "texts that cannot be read as such",
    setup: ["create table t(id integer primary key, a text)"],
    steps: [
      `insert into t ${NUMBERS} select i, case when i = 1200 then 'n' || char(0) else 'text' end from c`,
      "update t set a = case when id = 100 then cast(x'ff' as text) else char(31) end",
    ],
  },
  {
    name: "several tables, keys of several columns",
    setup: [
      "create table t(k text, n integer, v, primary key (k, n)) without rowid",
      "create table u(x)",
      "create trigger copy after insert on t begin insert into u values (new.v); end",
    ],
    steps: [
      `insert into t ${NUMBERS} select 'k' || i % 9, i, i / 8.0 from c`,
      "update t set k = 'other' where n < 900",
      "delete from u",
      "delete from t",
    ],
  },
];

for (const { name, setup, steps } of CASES) {
  Deno.test(`LogColumnReader gives the events that rows give when the log has ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using oltp = await openOltp({ path: `${folder}/test.db` });
      for (const sql of setup) await oltp.execute(sql);
      const log = new TriggerLog(oltp, "images");
      await log.ensure("all");
      for (const sql of steps) await oltp.execute(sql);
      await using snapshot = await oltp.snapshot();
      const to = (await log.state(snapshot, 0))?.sequence ?? 0;
      const read = async (from: number, end: number): Promise<LogEvent[]> => {
        const events: LogEvent[] = [];
        for await (const batch of log.events(snapshot, { from, to: end }, 400)) events.push(...batch);
        return events;
      };
      const byRows: LogEvent[] = [];
      for (let from = 0; from < to; from += 300) byRows.push(...await read(from, Math.min(to, from + 300)));
      assert.ok(byRows.length > 3000);
      for (const time of ["first", "second"]) {
        assert.deepStrictEqual(await read(0, to), byRows, `read for the ${time} time`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
