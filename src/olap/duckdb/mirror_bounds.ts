import duckdb from "@duckdb/node-bindings";
import { foldName } from "../../sql/mod.ts";
import type { ColumnBatch, MirrorTable } from "../../types/mod.ts";
import { readVector } from "./chunk_reader.ts";
import {
  boundsFromStatistics,
  boundsOfNumbers,
  type ColumnBounds,
  type ColumnRange,
  NO_VALUES,
  rangeFromStatistics,
  rangeOfIntegers,
  type TableBounds,
  type TableRanges,
  widestBounds,
  widestRange,
} from "./column_bounds.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";

/** The rows a transaction put into a table, unless they are too many to look through. */
export type WrittenRows = readonly ColumnBatch[] | "many";

/**
 * What the numbers in mirror tables are bounded by, for those tables a query has asked about. Taken from the statistics DuckDB
 * keeps of each table anyway, before a table is first asked about and after each commit that changes much of it; a few rows are looked at
 * themselves. Never narrowed: what holds after a query has ended held for every state it can have seen.
 */
export class MirrorBounds {
  /** Folded names of the tables to be read again after a commit. */
  readonly #wanted = new Set<string>();
  /** By folded name. */
  readonly #tables = new Map<string, TableBounds>();
  readonly #ranges = new Map<string, TableRanges>();
  /** Counts `clear`: what was being read then is of no use, commits since may have passed unseen. */
  #epoch = 0;

  /** The bounds of a table by folded name, or `undefined` before they were asked for. */
  of(folded: string): TableBounds | undefined {
    return this.#tables.get(folded);
  }

  /** The exact ranges of a table's integer columns, known as long as its bounds are. */
  rangesOf(folded: string): TableRanges | undefined {
    return this.#ranges.get(folded);
  }

  /** Reads a table's bounds for the first time. A commit that ends meanwhile sees that they are wanted. */
  async load(connection: DuckdbConnection, table: MirrorTable): Promise<void> {
    this.#wanted.add(foldName(table.name));
    await this.#read(connection, [table]);
  }

  /** Widens what is known of tables that a commit has changed. */
  async refresh(
    connection: DuckdbConnection,
    changes: readonly { readonly table: MirrorTable; readonly rows: WrittenRows }[],
  ): Promise<void> {
    const unread: MirrorTable[] = [];
    for (const { table, rows } of changes) {
      const folded = foldName(table.name);
      if (!this.#wanted.has(folded)) continue;
      // Of a table that is being read for the first time nothing is known yet that could be widened.
      if (rows === "many" || !this.#tables.has(folded)) unread.push(table);
      else for (const batch of rows) this.#widen(folded, statisticsOf(table, batch));
    }
    if (unread.length > 0) await this.#read(connection, unread);
  }

  /** Forgets everything: all queries made with bounds end being valid. */
  clear(): void {
    this.#epoch++;
    this.#wanted.clear();
    this.#tables.clear();
    this.#ranges.clear();
  }

  async #read(connection: DuckdbConnection, tables: readonly MirrorTable[]): Promise<void> {
    const epoch = this.#epoch;
    const read = await readBounds(connection, tables);
    if (epoch !== this.#epoch) return;
    for (const [at, table] of tables.entries()) this.#widen(foldName(table.name), read[at]!);
  }

  #widen(folded: string, { bounds: fresh, ranges }: Statistics): void {
    this.#ranges.set(folded, widestRanges(this.#ranges.get(folded), ranges));
    const known = this.#tables.get(folded);
    const widened = new Map(known);
    for (const [name, bounds] of fresh) {
      const before = known?.get(name);
      widened.set(name, before === undefined ? bounds : widestBounds(before, bounds));
    }
    if (known === undefined || !isSame(known, widened)) this.#tables.set(folded, widened);
  }
}

/** What DuckDB's statistics say of a table. */
interface Statistics {
  readonly bounds: TableBounds;
  readonly ranges: TableRanges;
}

/** The same of rows that are few. */
function statisticsOf({ columns }: MirrorTable, batch: ColumnBatch): Statistics {
  const bounds = new Map<string, ColumnBounds>();
  const ranges = new Map<string, ColumnRange>();
  for (const [at, { name }] of columns.entries()) {
    const vector = batch.columns[at]!;
    if (vector.class === "text" || vector.class === "blob") continue;
    if (vector.class === "integer") {
      const range = rangeOfIntegers(vector.data, vector.nulls, batch.rowCount);
      bounds.set(name, boundsOfNumbers(range === null ? [] : [range.least, range.most]));
      ranges.set(name, range);
      continue;
    }
    const { data, nulls } = vector;
    const numbers: number[] = [];
    for (let row = 0; row < batch.rowCount; row++) if (nulls?.[row] !== 1) numbers.push(data[row]!);
    bounds.set(name, boundsOfNumbers(numbers));
  }
  return { bounds, ranges };
}

/** A column whose range is not known, now or before, has none. */
function widestRanges(known: TableRanges | undefined, fresh: TableRanges): TableRanges {
  if (known === undefined) return fresh;
  const both = [...fresh].filter(([name]) => known.has(name));
  return new Map(both.map(([name, range]) => [name, widestRange(known.get(name)!, range)]));
}

function isSame(a: TableBounds, b: TableBounds): boolean {
  return a.size === b.size &&
    [...b].every(([name, { least, most }]) => a.get(name)?.least === least && a.get(name)?.most === most);
}

/** The bounds of each table, read by one statement: small syncs change several tables, and each statement takes its time. */
async function readBounds(
  connection: DuckdbConnection,
  tables: readonly MirrorTable[],
): Promise<readonly Statistics[]> {
  const names = tables.map(({ columns }) =>
    columns.filter(({ class: c }) => c === "integer" || c === "real" || c === "number").map(({ name }) => name)
  );
  // Folded into constants while DuckDB plans; a row is needed to show them, and an empty table has none.
  const parts = tables.map(({ name }, table) => {
    const list = names[table]!.map((column, at) => `stats(${quoteName(column)}) as s${at}`);
    return `left join (select ${["1 as one", ...list].join(", ")} from ${
      mirrorTableName(name)
    } limit 1) as t${table} on true`;
  });
  const list = names.flatMap((columns, table) => columns.map((_, at) => `t${table}.s${at}`));
  if (list.length === 0) return tables.map(() => ({ bounds: new Map(), ranges: new Map() }));
  const result = await connection.query(`select ${list.join(", ")} from (select 1) as one_row ${parts.join(" ")}`);
  const chunk = duckdb.result_get_chunk(result, 0);
  let next = 0;
  return names.map((columns) => {
    const texts = columns.map((column) => [column, readVector(chunk, next++, "text")[0] ?? null] as const);
    return {
      bounds: new Map(
        texts.map(([column, text]) => [column, text === null ? NO_VALUES : boundsFromStatistics(String(text))]),
      ),
      ranges: new Map(texts.flatMap(([column, text]): [string, ColumnRange][] => {
        const range = text === null ? null : rangeFromStatistics(String(text));
        return range === undefined ? [] : [[column, range]];
      })),
    };
  });
}
