import type { ExactValue, ResultColumn } from "../types/mod.ts";
import type { DriverStatement } from "./driver.ts";
import type { StatementText } from "./statement_text.ts";

/** Counts the schema changes a client knows of; shared by its connections, so that what they cached of a schema can be renewed. */
export interface SchemaClock {
  generation: number;
}

/** A statement prepared on one connection, with what is known of it. */
export class PreparedStatement {
  readonly text: StatementText;
  readonly driver: DriverStatement;
  /** Whether it returns rows. */
  readonly reader: boolean;
  /** When its cache last gave it out; see `StatementCache`. */
  lastUse = 0;
  #columns: readonly ResultColumn[] | undefined;
  #columnsGeneration = -1;

  constructor(text: StatementText, driver: DriverStatement) {
    this.text = text;
    this.driver = driver;
    this.reader = driver.reader;
    if (this.reader) driver.raw(true).safeIntegers(true);
  }

  /** All rows. Blobs are plain `Uint8Array`s rather than the driver's `Buffer`s. */
  all(values: readonly ExactValue[]): ExactValue[][] {
    const rows = this.driver.all(values);
    for (const row of rows) plainBlobs(row);
    return rows;
  }

  /**
   * The result's columns. SQLite prepares a statement anew by itself when the schema has changed, so they are read again when the
   * client knows of a change or a row's width shows one (`select *`); valid after the rows have been read.
   */
  columns(clock: SchemaClock, row: readonly ExactValue[] | undefined): readonly ResultColumn[] {
    let columns = this.#columns;
    if (
      columns === undefined || this.#columnsGeneration !== clock.generation ||
      (row !== undefined && row.length !== columns.length)
    ) {
      columns = this.driver.columns().map((column) => ({ name: column.name, declaredType: column.type }));
      this.#columns = columns;
      this.#columnsGeneration = clock.generation;
    }
    return columns;
  }
}

/** Replaces the driver's `Buffer`s in a row by plain views of the same bytes. */
export function plainBlobs(row: ExactValue[]): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value === "object" && value !== null) {
      row[i] = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
  }
}
