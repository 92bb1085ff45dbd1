import assert from "node:assert/strict";
import type { HtapEngine } from "../../mod.ts";
import { openTemporal } from "../support/temporal_engine.ts";

/** A transaction of its own: statements, or whatever a step does. */
type Step = readonly string[] | ((db: HtapEngine) => Promise<unknown>);

interface Scenario {
  readonly name: string;
  readonly tables: readonly string[];
  readonly steps: readonly Step[];
  /** What a table, or a column written as `table.column`, is called in the end, by its name before. */
  readonly renamed?: Readonly<Record<string, string>>;
}

const rolledBack = (...statements: readonly string[]): Step => async (db) => {
  for (const sql of ["begin", ...statements, "rollback"]) await db.run(sql);
};

const failing = (...statements: readonly string[]): Step => async (db) => {
  await assert.rejects(db.batch(statements.map((sql) => ({ sql }))));
};

/** Where rows are written just after a column was added its default is known only with a sync between, as is a table that is dropped at all. */
const sync: Step = (db) => db.syncNow();

const withClock = (shiftMs: number, ...statements: readonly string[]): Step => async (db) => {
  const now = Date.now;
  Date.now = () => now() + shiftMs;
  try {
    await db.batch(statements.map((sql) => ({ sql })));
  } finally {
    Date.now = now;
  }
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: "two keys swapped",
    tables: ["swap"],
    steps: [
      ["create table swap(id integer primary key, v)", "insert into swap values (1, 'one'), (2, 'two'), (3, 'three')"],
      [
        "update swap set id = -1 where id = 1",
        "update swap set id = 1 where id = 2",
        "update swap set id = 2 where id = -1",
      ],
      ["update swap set id = id + 10", "update swap set id = 14 - id"],
      ["update swap set id = -id", "update swap set id = -id"],
    ],
  },
  {
    name: "keys moved up by one statement",
    tables: ["moved"],
    steps: [
      ["create table moved(a, b, v, primary key(a, b)) without rowid"],
      ["insert into moved values (1, 'x', 0), (2, 'x', 0), (3, 'y', 0)"],
      ["update moved set a = a + 10"],
      [
        "update moved set a = a - 1, b = upper(b)",
        "delete from moved where a = 11",
        "insert into moved values (11, 'X', 1)",
      ],
    ],
  },
  {
    name: "REPLACE that hits two rows",
    tables: ["hit"],
    steps: [
      ["create table hit(id integer primary key, a unique, b unique, v)"],
      ["insert into hit values (1, 'a1', 'b1', 'x'), (2, 'a2', 'b2', 'x'), (3, 'a3', 'b3', 'x')"],
      ["replace into hit values (4, 'a1', 'b2', 'both')"],
      ["update or replace hit set a = 'a1' where id = 3"],
      ["insert or ignore into hit values (9, 'a1', 'b9', 'no')"],
      ["replace into hit values (3, 'a9', 'b9', 'own')", "replace into hit values (5, 'a9', 'x', 'again')"],
    ],
  },
  {
    name: "UPSERT",
    tables: ["ups"],
    steps: [
      ["create table ups(k text primary key, n integer not null default 0, other unique)"],
      ["insert into ups values ('a', 1, 10) on conflict(k) do update set n = n + excluded.n"],
      [
        "insert into ups values ('a', 5, 11), ('b', 6, 12) on conflict(k) do update set n = n + excluded.n, other = excluded.other",
      ],
      ["insert into ups values ('b', 1, 0) on conflict(k) do nothing"],
      ["insert into ups values ('c', 1, 12) on conflict(other) do update set k = 'moved', n = -1"],
    ],
  },
  {
    name: "cascades",
    tables: ["parent", "child", "grandchild"],
    steps: [
      async (db) => await db.run("pragma foreign_keys = on"),
      [
        "create table parent(id integer primary key, v)",
        "create table child(id integer primary key, p references parent on delete cascade on update cascade)",
        "create table grandchild(id integer primary key, c references child on delete set null)",
      ],
      [
        "insert into parent values (1, 'a'), (2, 'b')",
        "insert into child values (10, 1), (11, 1), (12, 2)",
        "insert into grandchild values (100, 10), (101, 12)",
      ],
      ["update parent set id = 7 where id = 1"],
      ["delete from parent where id = 7"],
      ["replace into parent values (2, 'anew')"],
      async (db) => await db.run("pragma foreign_keys = off"),
    ],
  },
  {
    name: "the user's own triggers",
    tables: ["orders", "audit", "stock"],
    steps: [
      [
        "create table orders(id integer primary key, item, n)",
        "create table audit(at integer primary key autoincrement, what)",
        "create table stock(item text primary key, n) without rowid",
        "insert into stock values ('x', 10), ('y', 5)",
      ],
      [
        "create trigger ordered after insert on orders begin update stock set n = n - new.n where item = new.item; " +
        "insert into audit(what) values ('ordered ' || new.id); end",
        "create trigger undone before delete on orders begin update stock set n = n + old.n where item = old.item; " +
        "delete from audit where what = 'ordered ' || old.id; end",
        "create trigger trimmed after update of n on orders when new.n > 3 begin update orders set n = 3 where id = new.id; end",
      ],
      ["insert into orders values (1, 'x', 2), (2, 'y', 5)"],
      ["update orders set n = n + 1"],
      ["delete from orders where id = 1", "insert into orders values (1, 'y', 1)"],
      ["drop trigger undone"],
      ["delete from orders"],
    ],
  },
  {
    name: "savepoints and rollbacks",
    tables: ["saved"],
    steps: [
      ["create table saved(id integer primary key, v)", "insert into saved values (1, 'kept')"],
      [
        "update saved set v = 'a'",
        "savepoint s",
        "update saved set v = 'b'",
        "insert into saved values (2, 'gone')",
        "savepoint inner_one",
        "delete from saved",
        "rollback to s",
        "insert into saved values (3, 'c')",
        "release s",
      ],
      rolledBack("delete from saved", "insert into saved values (9, 'never')", "create table never(a)"),
      failing("update saved set v = 'never'", "insert into saved values (1, 'again')"),
      async (db) => {
        await db.run("begin");
        await db.run("insert into saved values (4, 'd')");
        await assert.rejects(db.run("insert into saved values (5, 'e'), (1, 'conflict')"));
        await db.run("insert or ignore into saved values (1, 'ignored'), (6, 'f')");
        await db.run("commit");
      },
      rolledBack(
        "drop table saved",
        "create table saved(id integer primary key, v)",
        "insert into saved values (8, 'x')",
      ),
      ["update saved set v = 'z' where id = 3"],
    ],
  },
  {
    name: "a table without a key, and VACUUM",
    tables: ["plain"],
    steps: [
      ["create table plain(a, b)", "insert into plain values (1, 'x'), (1, 'x'), (2, null), (null, null)"],
      ["delete from plain where rowid = 1"],
      async (db) => await db.run("vacuum"),
      ["update plain set b = 'y' where a = 1"],
      ["insert into plain(rowid, a, b) values (50, 9, 'late')", "delete from plain where a is null"],
      async (db) => await db.run("vacuum"),
      ["update plain set a = a + 1 where b = 'late'"],
    ],
  },
  {
    name: "generated columns",
    tables: ["gen"],
    steps: [
      [
        "create table gen(id integer primary key, a, b as (a * 2) virtual, c text as ('<' || a || '>') stored, d default (1 + 1))",
      ],
      ["insert into gen(id, a) values (1, 5), (2, 7), (3, null)"],
      ["update gen set a = a + 1"],
      ["update gen set a = null, d = null where id = 2"],
    ],
  },
  {
    name: "values of every kind",
    tables: ["vals", "typed"],
    steps: [
      [
        "create table vals(id integer primary key, v)",
        "create table typed(k text primary key, i integer, r real, t text, b blob)",
      ],
      [
        "insert into vals values (1, 9223372036854775807), (2, -9223372036854775808), (3, 9007199254740993), (4, -0.0), (5, 9e999)",
        "insert into vals values (6, -9e999), (7, x''), (8, x'00ff00'), (9, ''), (10, 1e-320), (11, '1'), (12, 1.0), (13, null)",
      ],
      ["insert into typed values ('a', 9223372036854775807, -0.0, '', x''), ('b', -1, 9e999, 'ü😀', x'00')"],
      [
        "update vals set v = 0.0 where id = 4",
        "update vals set v = 1 where id = 12",
        "update vals set v = 9007199254740992 where id = 3",
      ],
      [
        "update vals set v = -0.0 where id = 4",
        "update vals set v = 1.0 where id = 12",
        "update vals set v = cast(v as text) where id = 3",
      ],
      ["update typed set r = -r, i = -i", "update typed set b = cast(t as blob), t = cast(b as text) where k = 'b'"],
      ["update typed set i = 'text', r = x'01' where k = 'a'"],
      ["update typed set i = 0.5, r = 0 where k = 'a'"],
    ],
  },
  {
    name: "a column added, one renamed, one dropped",
    tables: ["cols"],
    renamed: { "cols.b": "bb" },
    steps: [
      ["create table cols(id integer primary key, a, b)", "insert into cols values (1, 'a1', 'b1'), (2, 'a2', 'b2')"],
      ["update cols set a = 'a1 later' where id = 1"],
      ["alter table cols add column c default 'new'"],
      sync,
      ["update cols set c = 'set' where id = 1", "insert into cols values (3, 'a3', 'b3', null)"],
      ["alter table cols rename column b to bb", "update cols set bb = 'renamed' where id = 2"],
      ["insert into cols values (4, 'a4', 'b4', 'c4')", "alter table cols add column e integer not null default 7"],
      sync,
      ["update cols set e = 8 where id = 4"],
    ],
  },
  {
    name: "a table renamed, and its name taken by another",
    tables: ["first"],
    renamed: { first: "second" },
    steps: [
      ["create table first(id integer primary key, a)", "insert into first values (1, 'x'), (2, 'y')"],
      ["delete from first where id = 2"],
      ["alter table first rename to second", "update second set a = 'z'"],
      ["insert into second values (5, 'five')"],
    ],
  },
  {
    name: "a table dropped and made again",
    tables: ["again"],
    steps: [
      ["create table again(id integer primary key, a)", "insert into again values (1, 'x'), (2, 'y')"],
      sync,
      ["drop table again", "create table again(id integer primary key, a)", "insert into again values (2, 'other')"],
      ["update again set a = 'later'"],
      sync,
      ["insert into again values (3, 'late')", "drop table again", "create table again(id integer primary key, a)"],
      ["insert into again values (2, 'more'), (4, 'four')"],
      sync,
      ["delete from again where id = 2", "insert into again values (9, 'nine')"],
    ],
  },
  {
    name: "a table of mixed keys dropped and made again",
    tables: ["mixed"],
    steps: [
      [
        "create table mixed(k primary key, v) without rowid",
        "insert into mixed values (1, 'a'), ('x', 'b'), (2.5, 'c')",
      ],
      sync,
      [
        "update mixed set v = 'never seen' where k = 1",
        "drop table mixed",
        "create table mixed(k primary key, v) without rowid",
        "insert into mixed values ('x', 'again')",
      ],
      ["insert into mixed values (2.5, 'late')"],
      sync,
      ["drop table mixed"],
    ],
  },
  {
    name: "a clock that is set back and forth",
    tables: ["clock"],
    steps: [
      ["create table clock(id integer primary key, a)", "insert into clock values (1, 0)"],
      withClock(-3_600_000, "update clock set a = 1"),
      withClock(-7_200_000, "update clock set a = 2", "insert into clock values (2, 0)"),
      ["update clock set a = 3"],
      withClock(-10, "delete from clock where id = 2"),
    ],
  },
  {
    name: "conflicts that fail in part, and deferred constraints",
    tables: ["defer_p", "defer_c"],
    steps: [
      async (db) => await db.run("pragma foreign_keys = on"),
      [
        "create table defer_p(id integer primary key, v check (v <> 'bad'))",
        "create table defer_c(id integer primary key, p references defer_p deferrable initially deferred)",
      ],
      ["insert into defer_c values (1, 5)", "insert into defer_p values (5, 'ok')"],
      failing("delete from defer_p"),
      failing("insert into defer_p values (6, 'ok'), (7, 'bad')"),
      async (db) =>
        await assert.rejects(db.execute("insert or fail into defer_p values (8, 'ok'), (5, 'again'), (9, 'ok')")),
      ["delete from defer_p where id = 5", "insert into defer_p values (5, 'back')", "update defer_c set id = 2"],
      async (db) => await db.run("pragma foreign_keys = off"),
    ],
  },
];

/** A value in a form that tells storage classes, signs of zero and all bytes apart. */
const shown = (column: string): string =>
  `case typeof("${column}") when 'text' then 't' || hex("${column}") when 'blob' then 'b' || hex("${column}") ` +
  `when 'real' then 'r' || quote("${column}") else quote("${column}") end`;

interface Moment {
  readonly what: string;
  /** By name then: its columns, and its rows by them. */
  readonly tables: ReadonlyMap<string, { readonly columns: readonly string[]; readonly rows: readonly string[] }>;
}

async function rowsBy(
  db: HtapEngine,
  from: string,
  columns: readonly string[],
  route: "oltp" | "auto",
): Promise<string[]> {
  const result = await db.query(`select ${columns.map(shown).join(", ")} from ${from}`, [], { route });
  return result.values().map((row) => row.join(" ")).sort();
}

async function record(db: HtapEngine, what: string, names: readonly string[]): Promise<Moment> {
  const tables = new Map<string, { columns: readonly string[]; rows: readonly string[] }>();
  for (const name of names) {
    const columns = (await db.query("select name from pragma_table_xinfo(?)", [name])).values().map(([each]) =>
      String(each)
    );
    if (columns.length > 0) tables.set(name, { columns, rows: await rowsBy(db, name, columns, "oltp") });
  }
  return { what, tables };
}

async function run(db: HtapEngine, step: Step): Promise<void> {
  if (typeof step === "function") await step(db);
  else await db.batch(step.map((sql) => ({ sql })));
}

for (const [backend, syncs] of [["duckdb", "once"], ["arrow", "after each transaction"]] as const) {
  Deno.test(`every moment is shown as it was, synced ${syncs} (${backend})`, async (test) => {
    await using db = await openTemporal(backend);
    await db.execute("create table tick(n integer primary key)");
    const moments = new Map<Scenario, { n: number; moment: Moment }[]>();
    let n = 0;
    for (const scenario of SCENARIOS) {
      const taken: { n: number; moment: Moment }[] = [];
      moments.set(scenario, taken);
      const names = [
        ...scenario.tables,
        ...Object.entries(scenario.renamed ?? {}).flatMap(([from, to]) => from.includes(".") ? [] : to),
      ];
      for (const [at, step] of scenario.steps.entries()) {
        await run(db, step);
        await db.execute("insert into tick values (?)", [++n]);
        taken.push({ n, moment: await record(db, `${scenario.name}, step ${at + 1}`, names) });
        if (syncs === "after each transaction") await db.syncNow();
      }
    }
    assert.ok((await db.verify()).equal);
    const ticks = (await db.query("select n, _rhei_valid_from from tick for system_time all order by n")).values();
    const times = new Map(ticks.map(([tick, time]) => [Number(tick), String(time)]));
    assert.equal(times.size, n);
    assert.deepEqual([...times.values()], [...times.values()].sort(), "later transactions have later times");
    for (const [scenario, taken] of moments) {
      await test.step(scenario.name, async () => {
        const { renamed = {} } = scenario;
        for (const { n, moment: { what, tables } } of taken) {
          for (const [name, { columns, rows }] of tables) {
            const now = renamed[name] ?? name;
            const named = columns.map((column) => renamed[`${name}.${column}`] ?? column);
            const from = `"${now}" for system_time as of '${times.get(n)}'`;
            assert.deepEqual(await rowsBy(db, from, named, "auto"), rows, `${what}: ${name}`);
          }
        }
      });
    }
  });
}
