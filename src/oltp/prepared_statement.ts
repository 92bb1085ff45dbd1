import type { ExactValue, ResultColumn } from "../types/mod.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import type { DriverConnection, DriverStatement } from "./driver.ts";
import { allRows } from "./reset_statement.ts";
import { SINGLE_ROW_USES_MIN, SingleRowForm } from "./single_row.ts";
import type { StatementText } from "./statement_text.ts";

/** A statement prepared on one connection, with what is known of it. */
export class PreparedStatement {
  readonly text: StatementText;
  readonly driver: DriverStatement;
  /** Whether it returns rows. */
  readonly reader: boolean;
  /** When its cache last gave it out; see `StatementCache`. */
  lastUse = 0;
  /** What `LoggedWrites` knows of it, for a generation of the schema. */
  readonly logging: { generation: number; isUsed: boolean; needsMark: boolean | null } = {
    generation: -1,
    isUsed: false,
    needsMark: null,
  };
  readonly #connection: DriverConnection;
  #columns: readonly ResultColumn[] | undefined;
  #columnsGeneration = -1;

  /** Executions that gave one row at most; beyond a number of them the faster form is made. */
  #singleRowUses = 0;
  #singleRow: SingleRowForm | null = null;

  constructor(text: StatementText, connection: DriverConnection) {
    this.text = text;
    this.#connection = connection;
    this.driver = connection.prepare(text.text);
    this.reader = this.driver.reader;
    if (this.reader) this.driver.raw(true).safeIntegers(true);
  }

  /** All rows. Blobs are plain `Uint8Array`s rather than the driver's `Buffer`s. */
  all(values: readonly ExactValue[]): ExactValue[][] {
    const rows = this.#singleRow?.rows(values) ?? this.#all(values);
    for (const row of rows) plainBlobs(row);
    return rows;
  }

  /** The first row; the others, if there are any, are not looked for. */
  first(values: readonly ExactValue[]): ExactValue[] | undefined {
    const row = this.driver.get(values);
    if (row !== undefined) plainBlobs(row);
    return row;
  }

  /** Runs it on a connection that was interrupted, in every form it may have been left half-way in: the failure resets it. */
  runInterrupted(values: readonly ExactValue[]): void {
    const runs = [
      () => this.#singleRow?.rows(values),
      () => this.reader ? this.driver.all(values) : this.driver.run(values),
    ];
    for (const run of runs) {
      try {
        run();
      } catch {
        // The interruption asked for.
      }
    }
  }

  #all(values: readonly ExactValue[]): ExactValue[][] {
    const rows = allRows(this.driver, this.text.class.kind === "explain", values);
    if (rows.length > 1) {
      // Never again, also where the form was in use: its rows had to be read twice just now.
      this.#singleRow = null;
      this.#singleRowUses = Infinity;
    } else if (++this.#singleRowUses === SINGLE_ROW_USES_MIN) {
      this.#singleRow = this.#singleRowForm(values);
    }
    return rows;
  }

  #singleRowForm(values: readonly ExactValue[]): SingleRowForm | null {
    try {
      return SingleRowForm.of(this.text, this.#connection, values);
    } catch {
      // The rows are there already; whatever is wrong now will show when the statement runs again.
      return null;
    }
  }

  /**
   * The result's columns. SQLite prepares a statement anew by itself when the schema has changed, so they are read again when the
   * client knows of a change or a row's width shows one (`select *`); valid after the rows have been read.
   */
  columns(facts: DatabaseFacts, row: readonly ExactValue[] | undefined): readonly ResultColumn[] {
    let columns = this.#columns;
    if (
      columns === undefined || this.#columnsGeneration !== facts.schemaGeneration ||
      (row !== undefined && row.length !== columns.length)
    ) {
      columns = this.driver.columns().map((column) => ({ name: column.name, declaredType: column.type }));
      this.#columns = columns;
      this.#columnsGeneration = facts.schemaGeneration;
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
