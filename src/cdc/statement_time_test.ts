import assert from "node:assert/strict";
import { join } from "node:path";
import { type OltpClient, openOltp } from "../oltp/mod.ts";
import { LOG_TABLE } from "./log_objects.ts";
import { isSameStatement } from "./statement_time.ts";
import { TriggerLog } from "./trigger_log.ts";

async function withLog(setup: readonly string[], body: (oltp: OltpClient, path: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "app.db");
    await using oltp = await openOltp({ path });
    for (const sql of setup) await oltp.execute(sql);
    await new TriggerLog(oltp, "images").ensure("all");
    await body(oltp, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What each statement in the log did after a row of it; all count as made in one moment. `marks` are told as `C`, lone rows with `!`. */
async function statementsAfter(oltp: OltpClient, from: bigint): Promise<string[]> {
  const { rows } = await oltp.query(`SELECT seq, op, at FROM ${LOG_TABLE} WHERE seq > ? ORDER BY seq`, [from]);
  const told: string[] = [];
  let before = { seq: 0, at: -1 };
  for (const [seq, operation, time] of rows) {
    const row = { seq: Number(seq), at: Number(time) % 1000 };
    const isAlone = Number(time) < 0;
    const isMark = operation === "C" || isAlone;
    if (!isMark && isSameStatement(before, row)) told.push(told.pop() + String(operation));
    else told.push(`${operation}${isAlone ? "!" : ""}`);
    before = isMark ? { seq: 0, at: -1 } : row;
  }
  return told;
}

async function endOf(oltp: OltpClient): Promise<bigint> {
  return (await oltp.query(`SELECT max(seq) FROM ${LOG_TABLE}`)).rows[0]?.[0] as bigint;
}

/** Statements that are run after each other, each with what the log tells of it. */
const TOLD: readonly (readonly [sql: string, log: readonly string[]])[] = [
  ["insert into t(a) values (1)", ["I"]],
  ["insert into t(a) select value from generated", ["IIIII"]],
  ["insert or ignore into t(id, a) select value, 1 from generated", []],
  ["insert or replace into t(id, a) values (1, 'again'), (2, 'again')", ["II"]],
  ["insert into t(id, a) values (3, 1), (99, 1) on conflict do update set a = 2", ["UI"]],
  ["update t set a = 7 where id = 1", ["U"]],
  ["update t set a = a", ["UUUUUUU"]],
  ["update t set id = id + 1000 where id < 4", ["DUDUDU"]],
  ["update t set a = 8 where id = 12345", []],
  ["update or ignore t set id = 1001 where id between 4 and 5", []],
  ["delete from t where id = 1001", ["D"]],
  ["delete from t where id = 1001", []],
  ["insert into t(a) values (1) returning id, a", ["I"]],
  ["delete from t returning a", ["DDDDDDD"]],
  ["insert into w(a, b) values ('a', 1), ('b', 2), ('c', 3)", ["III"]],
  ["update w set c = 1", ["UUU"]],
  ["update w set a = a || '!', b = 0 where a < 'c'", ["DUDU"]],
  ["delete from w", ["DDD"]],
  ["insert into n values (1), (1)", ["II"]],
  ["replace into n(rowid, a) values (1, 2)", ["I"]],
  ["delete from n", ["DD"]],
];

const SETUP = [
  "create table t(id integer primary key autoincrement, a)",
  "create table w(a, b, c, primary key (a, b)) without rowid",
  "create table n(a)",
  "create view generated as with recursive c(value) as (select 1 union all select value + 1 from c where value < 5) select * from c",
];

for (const recursive of ["off", "on"]) {
  Deno.test(`isSameStatement() tells the statements of a log without marks; recursive triggers are ${recursive}`, async () => {
    await withLog([...SETUP, `pragma recursive_triggers = ${recursive}`], async (oltp) => {
      // A statement is marked when it is run for the first time.
      for (const [sql] of TOLD) await oltp.execute(sql);
      await oltp.execute("delete from sqlite_sequence");
      const from = await endOf(oltp);
      for (const [sql] of TOLD) await oltp.execute(sql);
      // With recursive triggers REPLACE deletes as any other statement does.
      const replaced: Readonly<Record<string, string>> = recursive === "on" ? { II: "DIDI", I: "DI" } : {};
      assert.deepEqual(
        await statementsAfter(oltp, from),
        TOLD.flatMap(([sql, log]) => sql.includes("replace") ? log.map((told) => replaced[told] ?? told) : log),
      );
    });
  });
}

/** The same of tables with unique indexes, where REPLACE removes rows that the statement does not name. */
const TOLD_REPLACING: readonly (readonly [sql: string, log: readonly string[]])[] = [
  ["insert into u(a, b) values (1, 1), (2, 2), (3, 3)", ["III"]],
  ["insert into u(a, b) values (4, 4)", ["I"]],
  ["insert into u(a, b) values (null, null), (null, 5)", ["II"]],
  ["insert or ignore into u(a, b) values (10, 10), (1, 11), (12, 12), (13, 2), (1, 2), (14, 14)", ["III"]],
  ["insert or ignore into u(a, b) values (1, 90)", []],
  ["insert into u(a, b) values (20, 20)", ["I"]],
  ["insert or replace into u(a, b) values (30, 30), (1, 2), (31, 31), (32, 32), (31, 99)", ["IDDIIIDI"]],
  ["replace into u(id, a, b) values (1, 3, 4), (2, 30, 4)", ["DDIDDI"]],
  ["insert into u(a, b) values (40, 40), (10, 0), (41, 41), (12, 0) on conflict(a) do update set b = b + 100", [
    "IUIU",
  ]],
  ["insert into u(a, b) values (10, 77), (50, 50) on conflict do nothing", ["I"]],
  ["update u set b = b + 1000", ["UUUUUUUUUUUUU"]],
  ["update u set c = 1 where a > 20", ["UUUUUU"]],
  ["update or ignore u set a = 40 where a in (10, 41)", []],
  ["update or replace u set a = 40 where a in (10, 41)", ["DUDU"]],
  ["update or replace u set a = 50, b = 1040, id = 500 where a = 40", ["DDU"]],
  ["delete from u where a > 40", ["D"]],
  ["delete from u", ["DDDDDDDDD"]],
  ["insert into s values ('a', 1), ('b', 2)", ["II"]],
  ["insert or replace into s values ('c', 1), ('d', 3), ('e', 2)", ["DIIDI"]],
  ["update or replace s set n = 3 where code = 'c'", ["DU"]],
  ["insert or replace into s(code, n) values ('f', null), ('g', null)", ["TITI"]],
  ["delete from s", ["DDD"]],
  ["insert into e(name, x) values ('A', 1), ('b', 2), ('c', 3)", ["III"]],
  ["insert or replace into e(name, x) values ('a', 1), ('d', 4), ('B', 5), ('z', -4), ('y', -4)", ["DDIIDIII"]],
  ["update or replace e set x = 4 where name = 'a'", ["DU"]],
  ["delete from e", ["DDDDD"]],
];

const REPLACING = [
  "create table u(id integer primary key, a unique, b unique, c)",
  "create table s(code text primary key, n integer not null default 9 unique) without rowid",
  "create table e(name text collate nocase unique, x)",
  "create unique index positive on e(abs(x)) where x > 0",
];

for (const recursive of ["off", "on"]) {
  Deno.test(`isSameStatement() tells statements that replace rows; recursive triggers are ${recursive}`, async () => {
    await withLog([...REPLACING, `pragma recursive_triggers = ${recursive}`], async (oltp, path) => {
      for (const [sql] of TOLD_REPLACING) await oltp.execute(sql);
      for (const [sql, log] of TOLD_REPLACING) {
        const from = await endOf(oltp);
        await oltp.execute(sql);
        const told = await statementsAfter(oltp, from);
        // With recursive triggers a row that is removed is logged by the trigger that sees it and by those that look for it.
        if (recursive === "off") assert.deepEqual(told, log, sql);
        else assert.equal(told.length, log.length, sql);
      }
      await using foreign = await openOltp({ path });
      for (const client of [oltp, foreign]) {
        const from = await endOf(oltp);
        for (const [sql] of TOLD_REPLACING) await client.execute(sql);
        const told = await statementsAfter(oltp, from);
        assert.equal(told.length, TOLD_REPLACING.flatMap(([, log]) => log).length);
      }
    });
  });
}

Deno.test("isSameStatement() tells what is left of statements that fail, and nothing of what is not", async () => {
  await withLog(["create table t(id integer primary key, a check (a < 10))"], async (oltp) => {
    const partly = "insert or fail into t(a) values (1), (2), (10)";
    const not = "insert into t(a) values (1), (2), (10)";
    for (const sql of [partly, not]) await assert.rejects(oltp.execute(sql));
    const from = await endOf(oltp);
    for (const sql of [partly, not, partly, partly, not, not]) await assert.rejects(oltp.execute(sql));
    assert.deepEqual(await statementsAfter(oltp, from), ["II", "II", "II"]);
  });
});

Deno.test("isSameStatement() tells statements of other connections apart", async () => {
  await withLog(["create table t(a)"], async (oltp, path) => {
    await using foreign = await openOltp({ path });
    const from = await endOf(oltp);
    for (let id = 0; id < 3; id++) {
      await foreign.execute("insert into t values (1), (2)");
      await foreign.transaction(async (transaction) => {
        await transaction.execute("insert into t values (1)");
        await transaction.execute("update t set a = 0 where rowid = 1");
      });
    }
    assert.deepEqual(await statementsAfter(oltp, from), [1, 2, 3].flatMap(() => ["II", "I", "U"]));
  });
});

/** Tables whose statements may change more than their rows: the log does not tell them apart, so that each needs a mark. */
const MARKED: readonly { readonly name: string; readonly setup: readonly string[]; readonly log: readonly string[] }[] =
  [
    {
      name: "a unique index besides the key, and a trigger of the user's",
      setup: [
        "create table t(id integer primary key, a unique)",
        "create table other(x)",
        "create trigger own after insert on t begin insert into other values (new.a); end",
      ],
      log: ["II", "C"],
    },
    {
      name: "a trigger of the user's",
      setup: [
        "create table t(id integer primary key, a)",
        "create table other(x)",
        "create trigger own after insert on t begin insert into other values (new.a); end",
      ],
      log: ["II", "C"],
    },
    {
      name: "a temporary trigger",
      setup: [
        "create table t(id integer primary key, a)",
        "create temp table other(x)",
        "create temp trigger own after insert on t begin insert into other values (new.a); end",
      ],
      log: ["I!"],
    },
    {
      name: "a trigger on another table that writes to it",
      setup: [
        "create table t(id integer primary key, a)",
        "create table other(x)",
        "create trigger own after insert on other begin insert into t(a) values (new.x); end",
      ],
      log: ["I!"],
    },
    {
      name: "a foreign key action of another table's",
      setup: [
        "create table t(id integer primary key, a)",
        "create table other(x references t on delete cascade)",
      ],
      log: ["I!"],
    },
  ];

for (const { name, setup, log } of MARKED) {
  Deno.test(`TriggerLog has a mark for every statement on a table with ${name}`, async () => {
    await withLog(setup, async (oltp) => {
      const run = (value: number) => oltp.execute("insert into t(a) values (?)", [value]);
      await run(0);
      const from = await endOf(oltp);
      await run(1);
      await run(2);
      assert.deepEqual(await statementsAfter(oltp, from), [...log, ...log]);
    });
  });
}

Deno.test("TriggerLog has marks from the moment on at which a table gets a trigger", async () => {
  await withLog(["create table t(a)", "create table other(x)"], async (oltp) => {
    const run = () => oltp.execute("insert into t(a) values (1), (2)");
    await run();
    const from = await endOf(oltp);
    await run();
    await oltp.execute("create trigger own after insert on t begin insert into other values (new.a); end");
    await run();
    await run();
    assert.deepEqual((await statementsAfter(oltp, from)).filter((told) => told === "C").length, 2);
  });
});
