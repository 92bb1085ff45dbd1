import { quoteName } from "../sql/mod.ts";
import { keyColumn, LOG_TABLE, NOTES_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable } from "./source_schema.ts";
import { afterUncounted, shiftedStatementTime } from "./statement_time.ts";
import { probes } from "./trigger_sql.ts";

/**
 * The statements that log the rows which a REPLACE removes from a table that nothing but statements on it changes, in such a way that each
 * of them can be told from others. A row in the way of a new one is noted before, in the place of the index that both are in, and looked
 * for after. Of a row that was not written after all, as with `OR IGNORE`, notes stay until the next one is: they do no harm, since a row
 * is logged as removed only if it is gone.
 */
export class ReplaceNotes {
  readonly #tableId: number;
  readonly #target: string;
  readonly #keys: readonly string[];
  readonly #probes: readonly string[];
  readonly #isOurs: string;
  readonly #isThere: string;

  constructor(table: SourceTable, tableId: number) {
    this.#tableId = tableId;
    this.#target = quoteName(table.schema.name);
    this.#keys = keyNames(table.schema.key).map(quoteName);
    this.#probes = probes(table);
    this.#isOurs = `table_id = ${tableId}`;
    this.#isThere = this.#keys.map((key, at) => {
      const equal = `r.${key} = p.${keyColumn(at)}`;
      // The first finds the row by its index, the second tells keys apart that a collation calls equal.
      return table.schema.key.kind === "rowid" ? equal : `${equal} AND ${equal} COLLATE BINARY`;
    }).join(" AND ");
  }

  /** When a statement runs: notes are changes that do not count. */
  get time(): string {
    const shift = this.#probes.length === 1
      ? `shift FROM ${NOTES_TABLE} WHERE ${this.#placeOf(0)}`
      : `sum(shift) FROM ${NOTES_TABLE} WHERE ${this.#isOurs}`;
    return shiftedStatementTime(`(SELECT ${shift})`);
  }

  /** That some row stands in the way of the new one. */
  isFound(and: string): string {
    return this.#probes.map((probe) => `EXISTS (${this.#found("1", probe + and)})`).join(" OR ");
  }

  /** Notes the rows that do, whatever the statement will do about them. */
  noted(and: string): string[] {
    return this.#probes.map((probe, place) => {
      const condition = probe + and;
      const keys = this.#keys.map((key, at) =>
        `${keyColumn(at)} = (${this.#found(`${this.#target}.${key}`, condition)})`
      );
      return this.#update(keys, `${this.#placeOf(place)} AND EXISTS (${this.#found("1", condition)})`);
    });
  }

  /** That some row is noted. */
  get isNoted(): string {
    return `EXISTS (SELECT 1 FROM ${NOTES_TABLE} WHERE ${this.#isOurs} AND ${keyColumn(0)} IS NOT NULL)`;
  }

  /** Logs the rows noted that are gone by now, each by a statement of its own as their number is counted at its end; forgets all. */
  replaced(): string[] {
    const logKeys = this.#keys.map((_, at) => keyColumn(at));
    const log = this.#probes.map((_, place) =>
      `INSERT INTO ${quoteName(LOG_TABLE)}(table_id, op, nonce, ${logKeys.join(", ")}, at) ` +
      `SELECT ${this.#tableId}, 'D', random(), ${logKeys.map((key) => `p.${key}`).join(", ")}, ${this.time} ` +
      `FROM ${NOTES_TABLE} AS p WHERE ${this.#placeOf(place)} AND p.${keyColumn(0)} IS NOT NULL ` +
      `AND NOT EXISTS (SELECT 1 FROM ${this.#target} AS r WHERE ${this.#isThere})`
    );
    return [...log, this.#update([`${keyColumn(0)} = NULL`], `${this.#isOurs} AND ${keyColumn(0)} IS NOT NULL`)];
  }

  #update(values: readonly string[], condition: string): string {
    const set = [`shift = ${afterUncounted("shift")}`, ...values];
    return `UPDATE ${NOTES_TABLE} SET ${set.join(", ")} WHERE ${condition}`;
  }

  #found(value: string, condition: string): string {
    return `SELECT ${value} FROM ${this.#target} WHERE ${condition}`;
  }

  #placeOf(probe: number): string {
    return `${this.#isOurs} AND probe = ${probe}`;
  }
}
