import { RheiError } from "../errors/mod.ts";
import type { Freshness } from "../router/mod.ts";
import { quoteName } from "../sql/mod.ts";
import {
  type ExactValue,
  HISTORY_COLUMNS,
  type ResultColumn,
  type SqlValue,
  type TableSchema,
  toSqlValue,
} from "../types/mod.ts";
import type { QueryResult } from "./query_result.ts";

/** Where a row's history is read from. */
export interface RowSource {
  /** The columns users know the table's rows by. */
  readonly key: readonly string[];
  /** See {@linkcode RowHistory.retiredBefore}; asked once the versions are read. */
  readonly retiredBefore: () => string | null;
}

/** How a row's history is read; each falls back to the engine's own. */
export interface RowHistoryOptions {
  /** How far behind the mirror may be. */
  readonly freshness?: Freshness;
  /** Cancels the statement: it rejects with code `CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** One version of a row. */
export interface RowVersion {
  /** When the transaction was made that gave the row these values, in ISO 8601, UTC, with microseconds. */
  readonly validFrom: string;
  /** When another transaction ended it; `null` while it is current. A delete begins and ends at one time. */
  readonly validTo: string | null;
  /** What that transaction did to the row: inserted, updated or deleted it. */
  readonly operation: "I" | "U" | "D";
  /** The row's values, those of a deleted row as they were last, by column. */
  readonly values: Readonly<Record<string, SqlValue>>;
  /** Columns whose values differ from those of the version before; none where it inserted or deleted the row. */
  readonly changed: readonly string[];
}

/** The versions of one row, oldest first. */
export class RowHistory {
  /** The table's columns, dropped ones last. */
  readonly columns: readonly ResultColumn[];
  /** Oldest first. */
  readonly versions: readonly RowVersion[];
  /**
   * When the newest of the table's versions ended that are no longer kept (`historyRetention`): of this row, too, versions that ended by
   * then may be missing. `null` as long as all are kept.
   */
  readonly retiredBefore: string | null;
  /** Milliseconds it took to read them. */
  readonly durationMs: number;
  readonly #rows: readonly (readonly ExactValue[])[];

  /** @internal `HtapEngine.history` makes it. */
  constructor(result: QueryResult, retiredBefore: string | null) {
    this.retiredBefore = retiredBefore;
    const own = result.columns.length - OWN_COLUMNS.length;
    this.columns = result.columns.slice(0, own);
    this.durationMs = result.durationMs;
    this.#rows = result.exactRows();
    let before: readonly ExactValue[] | undefined;
    this.versions = this.#rows.map((row) => {
      const version = this.#version(row, before);
      if (version.operation !== "D") before = row;
      return version;
    });
  }

  #version(row: readonly ExactValue[], before: readonly ExactValue[] | undefined): RowVersion {
    const [validFrom, validTo, operation] = row.slice(this.columns.length) as [string, string | null, "I" | "U" | "D"];
    const names = this.columns.map(({ name }) => name);
    return {
      validFrom,
      validTo,
      operation,
      values: Object.fromEntries(names.map((name, at) => [name, toSqlValue(row[at]!)])),
      changed: operation === "U" && before !== undefined ? names.filter((_, at) => !isSame(row[at]!, before[at]!)) : [],
    };
  }

  /** The versions' values with SQLite's storage classes kept apart, in the order of {@linkcode columns}. */
  exactRows(): readonly (readonly ExactValue[])[] {
    return this.#rows.map((row) => row.slice(0, this.columns.length));
  }
}

const OWN_COLUMNS = [HISTORY_COLUMNS.validFrom, HISTORY_COLUMNS.validTo, HISTORY_COLUMNS.operation];

/** The same storage class and content. */
function isSame(a: ExactValue, b: ExactValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return Object.is(a, b);
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The columns users know a row by: its PRIMARY KEY, else the rowid. */
export function keyOfRows({ columns, key }: TableSchema): readonly string[] {
  if (key.kind === "primaryKey") return key.columns;
  if (key.alias !== null) return [key.alias];
  const primary = columns.filter((column) => column.primaryKeyPosition > 0)
    .sort((a, b) => a.primaryKeyPosition - b.primaryKeyPosition);
  return primary.length > 0 ? primary.map(({ name }) => name) : ["rowid"];
}

/**
 * The SELECT of a row's versions, one parameter for each column of the key.
 *
 * @throws {RheiError} `SQL_PARAMETERS` if the key has other columns than there are values.
 */
export function rowHistorySql(table: string, key: readonly string[], values: number): string {
  if (key.length !== values) {
    throw new RheiError(
      "SQL_PARAMETERS",
      `Cannot find a row of "${table}" by ${values} ${values === 1 ? "value" : "values"}: its key is ${key.join(", ")}`,
      {
        hint: `give ${key.length === 1 ? "one value" : `${key.length} values, in that order`}`,
      },
    );
  }
  const conditions = key.map((name) => `${name === "rowid" ? name : quoteName(name)} = ?`).join(" AND ");
  // Where one transaction deleted a row and gave its key to another, both have one beginning: the tombstone ends there too.
  const { validFrom, validTo } = HISTORY_COLUMNS;
  const order = `${validFrom}, ${validTo} IS NULL, ${validTo}`;
  return `SELECT * FROM ${quoteName(table)} FOR SYSTEM_TIME ALL WHERE ${conditions} ORDER BY ${order}`;
}
