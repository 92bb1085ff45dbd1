import type { Table } from "apache-arrow";
import { type ExactValue, type ResultColumn, type RowSet, type SqlValue, toSqlRows } from "../types/mod.ts";
import { arrowTableOf } from "./arrow_table.ts";

/** How a query was answered. */
export interface QueryFacts {
  /** Whether libSQL or the mirror answered. */
  readonly target: "oltp" | "olap";
  /** Engine that answered: `libsql`, or the mirror's backend. */
  readonly engine: string;
  /** Why it went there. */
  readonly reason: string;
  /** Wall time of the whole call, in milliseconds. */
  readonly durationMs: number;
  /** Part of it spent bringing the mirror up to date, in milliseconds. */
  readonly syncMs: number;
  /** Part of it spent deciding which engine answers, and rewriting the statement for it, in milliseconds; 0 when that was known. */
  readonly routeMs: number;
  /** Changes committed but not yet in the mirror when the mirror was found fresh enough for the query; 0 means the answer is fresh. */
  readonly lagChanges: number;
  /**
   * How long before that the state that answered is known to have been the present one, in milliseconds: never more than the query
   * allowed, whatever time it then took. 0 means the answer is fresh, `null` that it is not known.
   */
  readonly lagMs: number | null;
}

/**
 * A finished query: its rows in memory, and how it was answered. {@linkcode rows}, {@linkcode values} and {@linkcode toArrow} make what they give
 * anew each time.
 *
 * @example
 * ```ts
 * import { HtapEngine } from "@rhei/rhei";
 * await using db = await HtapEngine.open({ oltpPath: ":memory:" });
 * const result = await db.query("select 1 as one, 'a' as letter");
 * console.log(result.rows()[0]?.one, result.target);
 * ```
 */
export class QueryResult implements QueryFacts {
  /** Its columns, from left to right. */
  readonly columns: readonly ResultColumn[];
  /** Whether libSQL or the mirror answered. */
  readonly target: "oltp" | "olap";
  readonly engine: string;
  readonly reason: string;
  readonly durationMs: number;
  readonly syncMs: number;
  readonly routeMs: number;
  readonly lagChanges: number;
  readonly lagMs: number | null;
  readonly #set: RowSet;

  /** @internal Queries make it. */
  constructor(set: RowSet, facts: QueryFacts) {
    this.columns = set.columns;
    this.#set = set;
    this.target = facts.target;
    this.engine = facts.engine;
    this.reason = facts.reason;
    this.durationMs = facts.durationMs;
    this.syncMs = facts.syncMs;
    this.routeMs = facts.routeMs;
    this.lagChanges = facts.lagChanges;
    this.lagMs = facts.lagMs;
  }

  /** Number of rows. */
  get rowCount(): number {
    return this.#set.columnar?.rowCount ?? this.#set.rows.length;
  }

  /** Rows as objects by column name; of columns with the same name the last one stays (use {@linkcode values} for those). */
  rows(): Record<string, SqlValue>[] {
    const names = this.columns.map((column) => column.name);
    return this.values().map((row) => {
      const object: Record<string, SqlValue> = {};
      for (let i = 0; i < names.length; i++) object[names[i]!] = row[i]!;
      return object;
    });
  }

  /** Rows as arrays in column order. */
  values(): SqlValue[][] {
    return toSqlRows(this.#set);
  }

  /** Rows with SQLite's storage classes kept apart: INTEGER is always `bigint`, REAL always `number`. */
  exactRows(): readonly (readonly ExactValue[])[] {
    return this.#set.rows;
  }

  /**
   * The result as an Arrow table, without making rows first where the mirror has given columns. A column's type follows its values, whichever
   * engine answered: all INTEGER is Int64, INTEGER with REAL or all REAL is Float64, all text is Utf8, all blobs is Binary, no value at all is Null.
   *
   * @throws {RheiError} `FILE_FORMAT` if a column mixes text or blobs with other values, or REAL with integers beyond ±2^53: Arrow has no
   * type for them.
   */
  toArrow(): Table {
    return arrowTableOf(this.#set);
  }
}
