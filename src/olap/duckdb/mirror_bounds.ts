import duckdb from "@duckdb/node-bindings";
import { foldName } from "../../sql/mod.ts";
import type { MirrorTable } from "../../types/mod.ts";
import { readVector } from "./chunk_reader.ts";
import { boundsFromStatistics, type ColumnBounds, NO_VALUES, type TableBounds, widestBounds } from "./column_bounds.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/**
 * What the numbers in mirror tables are bounded by, for those tables a query has asked about. Taken from the statistics DuckDB
 * keeps of each table anyway, before a table is first asked about and after each commit that changes it, and never narrowed: what
 * holds after a query has ended held for every state it can have seen.
 */
export class MirrorBounds {
  /** Folded names of the tables to be read again after a commit. */
  readonly #wanted = new Set<string>();
  /** By folded name. */
  readonly #tables = new Map<string, TableBounds>();
  /** Counts `clear`: what was being read then is of no use, commits since may have passed unseen. */
  #epoch = 0;

  /** The bounds of a table by folded name, or `undefined` before they were asked for. */
  of(folded: string): TableBounds | undefined {
    return this.#tables.get(folded);
  }

  /** Reads a table's bounds for the first time. A commit that ends meanwhile sees that they are wanted. */
  async load(connection: DuckdbConnection, table: MirrorTable): Promise<void> {
    this.#wanted.add(foldName(table.name));
    await this.#read(connection, table);
  }

  /** Widens what is known of a table that a commit has changed. */
  async refresh(connection: DuckdbConnection, table: MirrorTable): Promise<void> {
    if (this.#wanted.has(foldName(table.name))) await this.#read(connection, table);
  }

  /** Forgets everything: all queries made with bounds end being valid. */
  clear(): void {
    this.#epoch++;
    this.#wanted.clear();
    this.#tables.clear();
  }

  async #read(connection: DuckdbConnection, table: MirrorTable): Promise<void> {
    const epoch = this.#epoch;
    const fresh = await readBounds(connection, table);
    if (epoch !== this.#epoch) return;
    const folded = foldName(table.name);
    const known = this.#tables.get(folded);
    const widened = new Map(known);
    for (const [name, bounds] of fresh) {
      const before = known?.get(name);
      widened.set(name, before === undefined ? bounds : widestBounds(before, bounds));
    }
    if (known === undefined || !isSame(known, widened)) this.#tables.set(folded, widened);
  }
}

function isSame(a: TableBounds, b: TableBounds): boolean {
  return a.size === b.size &&
    [...b].every(([name, { least, most }]) => a.get(name)?.least === least && a.get(name)?.most === most);
}

async function readBounds(connection: DuckdbConnection, table: MirrorTable): Promise<Map<string, ColumnBounds>> {
  const names = table.columns.filter(({ class: c }) => c === "integer" || c === "real" || c === "number")
    .map((column) => column.name);
  if (names.length === 0) return new Map();
  const list = names.map((name) => `stats(${quoteName(name)})`).join(", ");
  // Folded into constants while DuckDB plans; a row is needed to show them.
  const result = await connection.query(`select ${list} from ${mirrorTableName(table.name)} limit 1`);
  const chunk = duckdb.result_chunk_count(result) === 0 ? null : duckdb.result_get_chunk(result, 0);
  return new Map(names.map((name, index) => {
    const text = chunk === null ? undefined : readVector(chunk, index, "text")[0];
    return [name, text === undefined ? NO_VALUES : boundsFromStatistics(String(text))];
  }));
}
