import { join } from "node:path";
import Database from "libsql";
import { RheiError } from "../../src/errors/mod.ts";
import type { OltpClient } from "../../src/oltp/mod.ts";
import { Random } from "../fuzz/random.ts";
import { type MirroredOptions, openMirrored } from "./mirrored_database.ts";

/** Tables that bring every way of losing a change, with few different keys, so that conflicts abound. */
export const SCHEMA: readonly string[] = [
  "create table plain(id integer primary key, a text unique, b integer, c real, d blob)",
  "create table wide(k text collate nocase, n integer, v text, primary key (k, n)) without rowid",
  "create table heap(x integer, y text)",
  `create table "odd ""name"("select" int, "b c" text, g as (upper("b c")), unique ("b c" collate nocase, "select") on conflict replace)`,
  "create table child(id integer primary key, p integer references plain(id) on delete cascade on update cascade, q text references plain(a) on delete set null)",
  "create table indexed(id integer primary key, a text, b integer, g integer as (b % 5) stored)",
  "create unique index indexed_expression on indexed(lower(a), g)",
  "create unique index indexed_part on indexed(b) where b > 6",
  "create table mixed(id integer primary key, m numeric)",
  "create table late(code text primary key, n integer not null default 7, note text not null default 'none' unique, half as (n / 2.0))",
  "create table tree(id integer primary key, parent integer references tree(id) on delete cascade on update cascade deferrable initially deferred, label text)",
  "create table audit(what, of)",
  "create trigger plain_audit after update on plain begin insert into audit values ('u', old.id); delete from audit where rowid % 7 = 0; end",
  "create trigger heap_feed before delete on heap begin insert or replace into plain(a, b) values (old.y, old.x); end",
];

const TEXTS = ["a", "A", "b", "B", "ab", "aB", "", "é", "🦀", "x y"];

function text(random: Random): string {
  return random.chance(1 / 8) ? "null" : `'${random.pick(TEXTS)}'`;
}

function values(random: Random, table: string): string {
  const id = random.chance(1 / 4) ? "null" : String(random.int(0, 24));
  const small = String(random.int(0, 11));
  switch (table) {
    case "plain":
      return `(${id}, ${text(random)}, ${small}, ${small} / 4.0, ${
        random.chance(1 / 3) ? "null" : `x'0${small.at(-1)}'`
      })`;
    case "wide":
      return `(coalesce(${text(random)}, 'k'), ${random.int(0, 2)}, ${text(random)})`;
    case "heap":
      return `(${small}, ${text(random)})`;
    case '"odd ""name"':
      return `(${random.int(0, 2)}, ${text(random)})`;
    case "child":
      return `(${id}, ${random.int(0, 24)}, (select a from plain limit 1))`;
    case "indexed":
      return `(${id}, ${text(random)}, ${small})`;
    case "late":
      return `(${text(random)}, ${random.chance(1 / 4) ? "null" : small}, ${
        random.chance(1 / 2) ? "null" : text(random)
      })`;
    case "tree":
      return `(${id}, (select id from tree limit 1 offset ${small}), ${text(random)})`;
    default:
      return `(${id}, ${random.chance(1 / 30) ? "'word'" : random.chance(1 / 3) ? `${small}.5` : small})`;
  }
}

interface Shape {
  readonly table: string;
  readonly columns: string;
  readonly sets: readonly string[];
  readonly wheres: readonly string[];
  readonly upsert: string | null;
}

const SHAPES: readonly Shape[] = [
  {
    table: "plain",
    columns: "(id, a, b, c, d)",
    sets: ["a = a || 'x'", "id = id + 1", "id = 3", "b = b + 1, a = 'a'", "c = -0.0", "rowid = 30 - rowid"],
    wheres: ["id % 3 = 0", "a = 'a'", "b > 8", "id = 7"],
    upsert: "on conflict(a) do update set b = b + 1, id = id",
  },
  {
    table: "wide",
    columns: "(k, n, v)",
    sets: ["k = upper(k)", "k = lower(k)", "n = n + 1", "v = 'v'", "k = 'same'"],
    wheres: ["n = 1", "k = 'A'", "v is null"],
    upsert: "on conflict(k, n) do update set v = excluded.v || '!', k = excluded.k",
  },
  {
    table: "heap",
    columns: "(x, y)",
    sets: ["x = x + 1", "rowid = rowid + 100", "y = null"],
    wheres: ["x % 2", "rowid = 3"],
    upsert: null,
  },
  {
    table: '"odd ""name"',
    columns: '("select", "b c")',
    sets: ['"select" = 1', `"b c" = 'B'`, '"b c" = "b c" || "select"'],
    wheres: ['"select" = 2', "rowid % 2 = 0"],
    upsert: null,
  },
  {
    table: "child",
    columns: "(id, p, q)",
    sets: ["p = 3", "id = id + 5"],
    wheres: ["id % 2 = 0", "p is null"],
    upsert: "on conflict do nothing",
  },
  {
    table: "indexed",
    columns: "(id, a, b)",
    sets: ["b = b + 1", "a = 'AB'", "id = id + 1", "b = 7"],
    wheres: ["g = 2", "a is null", "id > 10"],
    upsert: "on conflict(lower(a), g) do update set a = 'up' || id",
  },
  {
    table: "mixed",
    columns: "(id, m)",
    sets: ["m = m + 0.5", "m = cast(m as int)", "m = 5"],
    wheres: ["typeof(m) = 'text'", "id % 2 = 0"],
    upsert: "on conflict(id) do update set m = 1",
  },
  {
    table: "late",
    columns: "(code, n, note)",
    sets: ["note = null", "n = n + 1", "code = upper(code)", "n = null, note = 'a'", "code = note"],
    wheres: ["n = 7", "note = 'none'", "code is null", "half > 2"],
    upsert: "on conflict(note) do update set n = n + excluded.n where excluded.n < 9",
  },
  {
    table: "tree",
    columns: "(id, parent, label)",
    sets: ["id = id + 1", "parent = null", "label = label || id", "id = 40 - id"],
    wheres: ["parent is null", "id % 2 = 0", "id = (select min(id) from tree)"],
    upsert: "on conflict(id) do update set label = excluded.label",
  },
];

/** A statement that changes rows, if it does not break a constraint. @param tables Which of the tables there are; all if not said. */
export function randomStatement(random: Random, tables?: readonly string[]): string {
  const shape = random.pick(tables === undefined ? SHAPES : SHAPES.filter(({ table }) => tables.includes(table)));
  const where = random.chance(1 / 5) ? "" : ` where ${random.pick(shape.wheres)}`;
  const or = random.pick(["", "", " or replace", " or ignore", " or fail", " or abort"]);
  const rows = Array.from({ length: 1 + random.int(0, 2) }, () => values(random, shape.table)).join(", ");
  switch (random.int(0, 9)) {
    case 0:
    case 1:
    case 2:
      return `insert${or} into ${shape.table}${shape.columns} values ${rows}`;
    case 3:
    case 4:
      return `update${or} ${shape.table} set ${random.pick(shape.sets)}${where}`;
    case 5:
      return `delete from ${shape.table}${where}`;
    case 6:
      return shape.upsert === null
        ? `insert${or} into ${shape.table}${shape.columns} values ${rows}`
        : `insert into ${shape.table}${shape.columns} values ${rows} ${shape.upsert}`;
    case 7:
      return `replace into ${shape.table}${shape.columns} values ${rows}`;
    case 8:
      return random.pick([
        "update plain set b = m.m, c = m.id from mixed as m where m.id = plain.id and typeof(m.m) <> 'text'",
        "insert or replace into late(code, n, note) select a, b, k from plain join wide on n = id % 3 limit 4",
        "delete from wide where (k, n) in (select a, b % 3 from plain)",
        "insert into tree(id, parent) with recursive up(i) as (values (1) union all select i + 1 from up where i < 4) select i + 50, null from up where true on conflict do nothing",
      ]);
    default:
      return `insert${or} into heap(x, y) select b, a from plain${random.chance(1 / 2) ? " limit 3" : ""}`;
  }
}

/** A statement outside a transaction that changes the schema or the file; undone pairwise so that the workload stays the same. */
function schemaChange(random: Random, done: Set<string>): string {
  const pairs = [
    ["alter table heap add column z text default 'z'", "alter table heap drop column z"],
    ["create unique index late on mixed(m)", "drop index late"],
    ["create table extra as select * from plain", "drop table extra"],
    ["alter table indexed rename to renamed", "alter table renamed rename to indexed"],
    ["vacuum", "vacuum"],
    ["create view seen as select * from plain", "drop view seen"],
  ] as const;
  const [forward, back] = random.pick(pairs);
  if (done.delete(forward)) return back;
  done.add(forward);
  return forward;
}

/**
 * Runs a workload made from a seed: transactions of all kinds of statements through the client and through a foreign connection, some
 * rolled back, schema changes, syncs in between; the mirror must equal its source at every check.
 */
export async function runWorkload(
  seed: number,
  steps: number,
  where: Pick<MirroredOptions, "remote" | "backend" | "level"> = {},
): Promise<void> {
  const random = new Random(seed);
  await using db = await openMirrored({ ...where, memory: true, batchRows: 1 + random.int(0, 39), setup: SCHEMA });
  const foreign = new Database(join(db.folder, "test.db"));
  const pragmas = [`pragma foreign_keys = ${random.int(0, 1)}`, `pragma recursive_triggers = ${random.int(0, 1)}`];
  for (const pragma of pragmas) foreign.exec(pragma);
  const history: string[] = [];
  const done = new Set<string>();
  try {
    for (let step = 0; step < steps; step++) {
      if (random.chance(1 / 25)) {
        const sql = schemaChange(random, done);
        history.push(sql);
        tolerate(() => foreign.exec(sql));
      } else {
        await transact(db.oltp, foreign, random, history);
      }
      if (random.chance(1 / 3)) await db.sync.syncNow();
      if (random.chance(1 / 6) || step === steps - 1) await db.expectEqual(`step ${step}`);
    }
  } catch (error) {
    const tail = history.slice(-25).join("\n");
    throw new Error(`The workload of seed ${seed} failed; the last statements were\n${tail}`, { cause: error });
  } finally {
    foreign.close();
  }
}

type Mirrored = Awaited<ReturnType<typeof openMirrored>>;

async function transact(
  oltp: Mirrored["oltp"],
  foreign: InstanceType<typeof Database>,
  random: Random,
  history: string[],
): Promise<void> {
  const statements = Array.from({ length: 1 + random.int(0, 4) }, () => randomStatement(random));
  const keep = !random.chance(1 / 8);
  history.push("begin", ...statements, keep ? "commit" : "rollback");
  if (random.chance(1 / 2)) {
    foreign.exec("begin immediate");
    for (const sql of statements) tolerate(() => foreign.exec(sql));
    if (foreign.inTransaction) tolerate(() => foreign.exec(keep ? "commit" : "rollback"));
    if (foreign.inTransaction) foreign.exec("rollback");
    return;
  }
  await runTransaction(oltp, statements, keep);
}

/** Runs statements, each of which may fail, in one transaction, and commits it if `keep`. */
export async function runTransaction(oltp: OltpClient, statements: readonly string[], keep: boolean): Promise<void> {
  const transaction = await oltp.begin();
  for (const sql of statements) {
    await transaction.execute(sql).catch((error) => {
      if (!(error instanceof RheiError)) throw error;
    });
  }
  try {
    if (keep) return await transaction.commit();
  } catch (error) {
    // A deferred constraint is broken.
    if (!(error instanceof RheiError)) throw error;
  }
  await transaction.rollback();
}

/** Runs a statement that may break a constraint or find its table gone. */
export function tolerate(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "SqliteError") throw error;
  }
}
