import assert from "node:assert/strict";
import Database from "libsql";
import { RheiError } from "../../src/errors/mod.ts";
import { type ExactValue, ROWID_COLUMN } from "../../src/types/mod.ts";
import { Random } from "../fuzz/random.ts";
import { type MirroredDatabase, type MirroredOptions, openMirrored } from "./mirrored_database.ts";

/** Names that tables come and go under: few, so that they are used again. */
const NAMES = ["a", "b", "c", "d"];

/** Declarations a table is made with; `%` stands for its name. */
const SHAPES = [
  "create table %(id integer primary key, x, y text)",
  "create table %(x, y text)",
  "create table %(id integer primary key, x, y text unique)",
  "create table %(k text, n integer, x, primary key (k, n)) without rowid",
  "create table %(x integer unique on conflict replace, y text default 'y', g as (x * 2))",
];

interface Column {
  readonly name: string;
  readonly isKey: boolean;
  readonly isGenerated: boolean;
}

type Source = (sql: string) => Promise<readonly (readonly ExactValue[])[]>;

/** What the next statements are made from: the schema as it is now. */
class World {
  readonly #random: Random;
  readonly #query: Source;
  #count = 0;

  constructor(random: Random, query: Source) {
    this.#random = random;
    this.#query = query;
  }

  async tables(): Promise<string[]> {
    const rows = await this.#query("select name from sqlite_schema where type = 'table' and name in ('a','b','c','d')");
    return rows.map(([name]) => String(name));
  }

  async columns(table: string): Promise<Column[]> {
    const rows = await this.#query(`select name, pk > 0, hidden > 0 from pragma_table_xinfo('${table}')`);
    return rows.map(([name, key, hidden]) => ({ name: String(name), isKey: key === 1n, isGenerated: hidden === 1n }));
  }

  /** A statement that changes rows. */
  async change(): Promise<string | null> {
    const random = this.#random;
    const tables = await this.tables();
    if (tables.length === 0) return null;
    const table = random.pick(tables);
    const columns = (await this.columns(table)).filter((column) => !column.isGenerated);
    const column = random.pick(columns);
    const where = random.chance(1 / 4)
      ? ""
      : ` where ${random.pick(columns).name} ${random.pick([">", "<="])} ${this.#value()}`;
    switch (random.int(0, 4)) {
      case 0:
        return `delete from ${table}${where}`;
      case 1:
      case 2:
        return `update or ${random.pick(["replace", "ignore"])} ${table} set ${column.name} = ${this.#value()}${where}`;
      default: {
        const rows = Array.from({ length: random.int(1, 3) }, () => `(${columns.map(() => this.#value()).join(", ")})`);
        const or = random.pick(["replace", "ignore"]);
        return `insert or ${or} into ${table}(${columns.map(({ name }) => name).join(", ")}) values ${rows.join(", ")}`;
      }
    }
  }

  /** A statement that changes the schema, or the file. */
  async definition(): Promise<string | null> {
    const random = this.#random;
    const tables = await this.tables();
    const free = NAMES.filter((name) => !tables.includes(name));
    if (tables.length === 0 || (free.length > 0 && random.chance(1 / 4))) {
      return random.pick(SHAPES).replace("%", random.pick(free));
    }
    const table = random.pick(tables);
    const columns = await this.columns(table);
    const column = random.pick(columns.filter((each) => !each.isGenerated));
    const fresh = `z${this.#count++}`;
    switch (random.int(0, 11)) {
      case 0:
        return `alter table ${table} add column ${fresh} ${
          random.pick(["", "integer default 7", "text not null default 'n'"])
        }`;
      case 1:
      case 2:
        return column.isKey ? null : `alter table ${table} drop column ${column.name}`;
      case 3:
        return `alter table ${table} rename column ${column.name} to ${fresh}`;
      case 4:
        return free.length === 0 ? null : `alter table ${table} rename to ${random.pick(free)}`;
      case 5:
        return `drop table ${table}`;
      case 6:
        return `create unique index ${fresh} on ${table}(${column.name})`;
      case 7:
        return await this.#dropOne("index");
      case 8:
        return `create view ${fresh} as select * from ${table}`;
      case 9:
        return await this.#dropOne("view");
      case 10:
        return `create trigger ${fresh} after update on ${table} begin delete from ${
          random.pick(tables)
        } where rowid % 5 = 1; end`;
      default:
        return await this.#dropOne("trigger");
    }
  }

  async #dropOne(type: string): Promise<string | null> {
    const rows = await this.#query(`select name from sqlite_schema where type = '${type}' and name glob 'z*'`);
    return rows.length === 0 ? null : `drop ${type} ${this.#random.pick(rows)[0]}`;
  }

  #value(): string {
    const random = this.#random;
    const small = String(random.int(0, 12));
    // A drift of types takes a table out of the mirror until it is mended.
    if (random.chance(1 / 60)) return random.pick([`'${small}'`, `${small}.5`]);
    return random.chance(1 / 10) ? "null" : small;
  }
}

/** A connection of some program that knows nothing of rhei. */
interface Writer {
  readonly name: string;
  begin(): Promise<void>;
  run(sql: string): Promise<void>;
  end(keep: boolean): Promise<void>;
  readonly query: Source;
}

/** Statements may break a constraint, name what a trigger of theirs no longer finds, or meet an object that forbids them. */
function tolerate(error: unknown): void {
  if (error instanceof RheiError && error.code !== "DATABASE_CORRUPT") return;
  if (error instanceof Error && error.name === "SqliteError") return;
  throw error;
}

function ownWriter({ oltp }: MirroredDatabase): Writer {
  let open: Awaited<ReturnType<typeof oltp.begin>> | null = null;
  return {
    name: "own",
    begin: async () => void (open = await oltp.begin()),
    run: async (sql) => void await (open ?? oltp).execute(sql).catch(tolerate),
    end: async (keep) => {
      const ended = open;
      open = null;
      if (!keep) return void await ended?.rollback();
      await ended?.commit().catch(async (error) => {
        tolerate(error);
        await ended.rollback();
      });
    },
    query: async (sql) => (await (open ?? oltp).query(sql)).rows,
  };
}

function foreignWriter(database: Database.Database): Writer {
  const attempt = (sql: string): void => {
    try {
      database.exec(sql);
    } catch (error) {
      tolerate(error);
    }
  };
  return {
    name: "foreign",
    begin: async () => void database.exec("begin immediate"),
    run: async (sql) => attempt(sql),
    end: async (keep) => {
      if (database.inTransaction) attempt(keep ? "commit" : "rollback");
      if (database.inTransaction) database.exec("rollback");
    },
    query: async (sql) => database.prepare(sql).safeIntegers(true).raw(true).all() as ExactValue[][],
  };
}

/** The rows of a table as text, in any order, without the key's extra column. */
async function contentsOf(rows: AsyncIterable<readonly (readonly ExactValue[])[]>, from: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of rows) {
    for (const row of batch) {
      texts.push(
        row.slice(from).map((value) => `${typeof value} ${typeof value === "number" ? value : String(value)}`).join(
          "|",
        ),
      );
    }
  }
  return texts.sort();
}

/** What is said to be in the mirror as it is must be so, whatever is still to be synced. */
async function expectPresentIsPresent(db: MirroredDatabase, query: Source): Promise<number> {
  let present = 0;
  for (const name of NAMES) {
    const table = db.sync.catalog().table(name);
    if (table === undefined || !(await db.sync.holdsPresent([name]))) continue;
    present++;
    const extra = table.columns.filter((column) => column.name === ROWID_COLUMN).length;
    const rows = await query(`select * from ${name}`);
    const source = await contentsOf(
      (async function* () {
        yield rows;
      })(),
      0,
    );
    assert.deepEqual(await contentsOf(db.olap.scan(table.name), extra), source, `${name} is said to be present`);
  }
  return present;
}

/**
 * Interleaves changes of rows, changes of the schema and syncs as a seed has it: by rhei's own client and by another connection, alone
 * and several in a transaction, some rolled back. The mirror must equal its source at every check.
 *
 * @returns How often a table was found present while something else was still to be synced.
 */
export async function interleave(
  seed: number,
  steps: number,
  where: Pick<MirroredOptions, "backend" | "level">,
): Promise<number> {
  const random = new Random(seed);
  await using db = await openMirrored({
    ...where,
    memory: true,
    batchRows: random.int(1, 20),
    setup: [SHAPES[0]!.replace("%", "a")],
  });
  const foreign = new Database(db.path);
  const writers = [ownWriter(db), foreignWriter(foreign)];
  const history: string[] = [];
  let present = 0;
  try {
    for (let step = 0; step < steps; step++) {
      const writer = random.pick(writers);
      const world = new World(random, writer.query);
      const together = random.chance(1 / 3);
      if (together) await writer.begin();
      for (let count = together ? random.int(1, 6) : 1; count > 0; count--) {
        const sql = random.chance(1 / 3) ? await world.definition() : await world.change();
        if (sql === null) continue;
        history.push(`${writer.name}: ${sql}`);
        await writer.run(sql);
      }
      if (together) {
        const keep = random.chance(5 / 6);
        history.push(keep ? "commit" : "rollback");
        await writer.end(keep);
      }
      if (random.chance(1 / 12)) {
        history.push("vacuum");
        await writers[random.int(0, 1)]?.run("vacuum");
      }
      present += await expectPresentIsPresent(db, writers[0]!.query);
      if (random.chance(1 / 4)) {
        history.push("sync");
        await db.sync.syncNow();
      }
      if (random.chance(1 / 6) || step === steps - 1) {
        history.push("verify");
        await db.expectEqual(`step ${step}`);
      }
    }
    return present;
  } catch (error) {
    throw new Error(`Interleaving ${seed} failed after\n${history.slice(-30).join("\n")}`, { cause: error });
  } finally {
    foreign.close();
  }
}
