import type { Table } from "apache-arrow";
import type { Freshness } from "../router/mod.ts";

/** How a mirrored table is read; each falls back to the engine's own. */
export interface TableReadOptions {
  /** How far behind the mirror may be. */
  readonly freshness?: Freshness;
  /** Cancels the wait for the mirror to be up to date: reading rejects with code `CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** A table as the mirror holds it; looked up when it is read. */
export class MirroredTable {
  /** As it was asked for. */
  readonly name: string;
  readonly #read: (options: TableReadOptions) => Promise<Table>;

  /**
   * @internal `HtapEngine.table` makes it.
   *
   * @param read Gives the table's present rows.
   */
  constructor(name: string, read: (options: TableReadOptions) => Promise<Table>) {
    this.name = name;
    this.#read = read;
  }

  /**
   * The table as an Arrow table: the columns `select *` shows, rows in no particular order, as fresh as a query's answer would be. With the
   * `arrow` backend it shares the mirror's memory unless rows were deleted, and takes no time however large the table; later changes do not
   * show in it. Text comes as Utf8 or a dictionary of it, columns of INTEGERs as integers of 8 to 64 bits, of REALs or both as Float64, blobs
   * as Binary.
   *
   * @throws {RheiError} `SQL_UNKNOWN_NAME` if there is no such table, `OLAP_DECLINED` if the mirror does not hold it or is not available,
   * `CANCELLED`.
   */
  toArrow(options: TableReadOptions = {}): Promise<Table> {
    return this.#read(options);
  }
}
