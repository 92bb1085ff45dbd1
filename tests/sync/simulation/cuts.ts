import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type Database from "libsql";
import type { MirrorState, MirrorTable } from "../../../src/types/mod.ts";
import { ROWID_COLUMN } from "../../../src/types/mod.ts";
import type { MirrorLook } from "./mirror_look.ts";

/** A table's rows at some state. */
export interface Rows {
  /** What capture calls the table by; `null` where it is not captured. */
  readonly tableId: number | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What a database holds, by table. */
export type Contents = ReadonlyMap<string, Rows>;

/** How to read a table. */
interface Reading {
  readonly columns: readonly string[];
  readonly statement: Database.Statement;
}

/** Holds text that the driver cannot read. */
const UNREADABLE: ReadonlySet<string> = new Set(["mixed"]);

/**
 * What the source held at each state that a sync may have read, found out by a connection that knows nothing of rhei. The mirror may show
 * one of these states, the one its watermark names, and nothing else: not half a transaction, nothing that its watermark passes and that
 * is not applied, nothing twice.
 */
export class Cuts {
  readonly #database: Database.Database;
  #prepared: { readonly version: unknown; readonly tables: ReadonlyMap<string, Reading> } = {
    version: null,
    tables: new Map(),
  };
  readonly #byState = new Map<string, Contents>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Remembers the state the source is in; to be called when a snapshot was opened, before anything else is written. */
  record(): void {
    const sequence = this.#value("select max(seq) from _rhei_cdc_log");
    const version = this.#value("select schema_version from pragma_schema_version");
    this.#byState.set(`${sequence} ${version}`, this.#contents(version));
  }

  /** Names of the tables that the source had when it was last read. */
  get latestNames(): Iterable<string> {
    return this.#prepared.tables.keys();
  }

  /** What the source held at a mirror's state; `undefined` if no sync can have read it there. */
  at({ watermark, schemaVersion }: MirrorState): Contents | undefined {
    return this.#byState.get(`${watermark} ${schemaVersion}`);
  }

  /** Demands that the mirror is in a state that the source was in. @param tablesMax Tables to look at. */
  async expectOneOf({ held, rowsOf }: MirrorLook, what: string, tablesMax = Infinity): Promise<void> {
    const { watermark, schemaVersion } = held.state;
    const contents = this.at(held.state);
    assert.ok(contents, `${what}: the mirror is at ${watermark} of schema ${schemaVersion}, where no sync has read`);
    let looked = 0;
    for (const table of held.tables) {
      if (UNREADABLE.has(table.name) || table.history !== undefined) continue;
      if (looked++ >= tablesMax) break;
      const expected = contents.get(table.name);
      assert.ok(expected, `${what}: the mirror has table ${table.name}, which the source had not at ${watermark}`);
      assert.deepEqual(
        (await rowsOf(table.name)).map(textOf).sort(),
        sourceRows(expected, table),
        `${what}: table ${table.name} is not as it was at ${watermark}`,
      );
    }
  }

  #contents(version: unknown): Contents {
    if (this.#prepared.version !== version) this.#prepared = { version, tables: this.#prepare() };
    const ids = new Map(this.#all("select name, id from _rhei_tables where state = 'tracked'") as [string, number][]);
    return new Map(Array.from(this.#prepared.tables, ([name, { columns, statement }]) => {
      return [name, { tableId: ids.get(name) ?? null, columns, rows: statement.all() as unknown[][] }];
    }));
  }

  /** Statements that read every table; preparing them takes longer than running them. */
  #prepare(): Map<string, Reading> {
    const names = this.#database.prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name not like '\\_rhei\\_%' escape '\\'",
    ).pluck().all() as string[];
    return new Map(
      names.filter((name) => !UNREADABLE.has(name)).map((name) => {
        const statement = this.#reading(`"${name.replaceAll('"', '""')}"`);
        const columns = statement.columns().map((column) => column.name);
        return [name, { columns, statement: statement.raw(true).safeIntegers(true) }];
      }),
    );
  }

  #reading(table: string): Database.Statement {
    try {
      return this.#database.prepare(`select rowid as ${ROWID_COLUMN}, * from ${table}`);
    } catch {
      return this.#database.prepare(`select * from ${table}`); // a table without rowid
    }
  }

  #value(sql: string): unknown {
    // Not `get`, which leaves the statement half-way and the connection at an old state.
    return this.#database.prepare(sql).pluck().all()[0];
  }

  #all(sql: string): unknown[] {
    return this.#database.prepare(sql).raw(true).all();
  }
}

function sourceRows({ columns, rows }: Rows, table: MirrorTable): string[] {
  const positions = table.columns.map(({ name }) => columns.indexOf(name));
  return rows.map((row) => textOf(positions.map((position) => row[position]))).sort();
}

/** Tells values apart as a user of the mirror can; whole numbers may be of either numeric class, which `verify` looks at. */
export function textOf(row: readonly unknown[]): string {
  return row.map((value) => {
    if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
    if (typeof value === "string") return JSON.stringify(value);
    return Object.is(value, -0) ? "-0" : String(value);
  }).join(", ");
}
