import { foldName, lex, quoteName } from "../sql/mod.ts";
import { imageColumn, keyColumn, LOG_TABLE, PENDING_TABLE } from "./log_objects.ts";
import { keyNames, type SourceTable } from "./source_schema.ts";
import { ReplaceNotes } from "./replace_notes.ts";
import { endOfTime, STATEMENT_TIME, TOLD_STATEMENT_TIME } from "./statement_time.ts";
import {
  columnsComputedFrom,
  differs,
  lateDefault,
  lateDefaultCondition,
  probedColumns,
  probes,
  trigger,
  type TriggerText,
} from "./trigger_sql.ts";

/**
 * What may happen to a table's rows inside a statement on it, besides what the statement itself does:
 *
 * - `none`: nothing. NEW is the row, and what stands in its way is found by looking beforehand;
 * - `after`: the user's own triggers and foreign key actions may change or remove a row before the trigger that logs it runs. What they
 *   do is logged before, so that NEW would be out of date: rows are read as the table holds them;
 * - `between`: also rows that the statement then removes may be written, after it was looked for what stands in the way.
 */
type Interference = "none" | "after" | "between";

/** Rows looked for after a statement where others inside it may have left many noted: each costs a bounded time. */
const PENDING_ROWS_MAX = 100;

/** Name under which a table's rows are read. */
const ROW = "r";

/** The triggers that log the rows of a table as they are written. */
export function imageTriggers(table: SourceTable, tableId: number, effects: SideEffects): TriggerText[] {
  const found = probes(table);
  if (isByItself(table, effects)) {
    return found.length === 0
      ? plainTriggers(table, tableId, new ImageSql(table, tableId, "none", TOLD_STATEMENT_TIME))
      : notingTriggers(table, tableId);
  }
  const sql = new ImageSql(table, tableId, interferenceWith(table, effects), STATEMENT_TIME);
  if (found.length === 0) return plainTriggers(table, tableId, sql);
  const triggers = [
    trigger(table, "insert", tableId, "AFTER INSERT", [
      ...sql.replaced(),
      ...sql.notedNew(),
      sql.image("I"),
    ]),
    trigger(table, "update", tableId, "AFTER UPDATE", [
      ...sql.notedNew(),
      sql.removed(sql.keyChanged()),
      sql.image("U"),
    ]),
    trigger(table, "delete", tableId, "AFTER DELETE", [sql.removed(null)]),
  ];
  const of = probedColumns(table);
  const late = lateDefault(table, tableId);
  return [
    ...triggers,
    trigger(table, "replace_insert", tableId, "BEFORE INSERT", [...sql.noted(found, ""), ...late]),
    trigger(table, "replace_update", tableId, `BEFORE UPDATE${of}`, [
      ...columnsComputedFrom(table),
      ...sql.noted(found, sql.otherRow()),
      ...late,
    ]),
    trigger(table, "replaced_update", tableId, `AFTER UPDATE${of}`, sql.replaced()),
  ];
}

/** Those of a table of which no statement removes rows that it does not name. */
function plainTriggers(table: SourceTable, tableId: number, sql: ImageSql): TriggerText[] {
  return [
    trigger(table, "insert", tableId, "AFTER INSERT", [sql.image("I")]),
    trigger(table, "update", tableId, "AFTER UPDATE", [sql.removed(sql.keyChanged()), sql.image("U")]),
    trigger(table, "delete", tableId, "AFTER DELETE", [sql.removed(null)]),
  ];
}

/** Those of a table where only REPLACE does, and which nothing but statements on it changes. */
function notingTriggers(table: SourceTable, tableId: number): TriggerText[] {
  const notes = new ReplaceNotes(table, tableId);
  const sql = new ImageSql(table, tableId, "none", notes.time);
  const of = probedColumns(table);
  const late = lateDefault(table, tableId, notes.time);
  const isLate = lateDefaultCondition(table);
  const isDue = (and: string) => [notes.isFound(and), ...(isLate === null ? [] : [isLate])].join(" OR ");
  const others = sql.otherRow();
  return [
    ...plainTriggers(table, tableId, sql),
    trigger(table, "replace_insert", tableId, "BEFORE INSERT", [...notes.noted(""), ...late], isDue("")),
    trigger(
      table,
      "replace_update",
      tableId,
      `BEFORE UPDATE${of}`,
      [...columnsComputedFrom(table), ...notes.noted(others), ...late],
      isDue(others),
    ),
    trigger(table, "replaced_insert", tableId, "AFTER INSERT", notes.replaced(), notes.isNoted),
    trigger(table, "replaced_update", tableId, `AFTER UPDATE${of}`, notes.replaced(), notes.isNoted),
  ];
}

/** How many rows in the table of notes a table needs. */
export function notesOf(table: SourceTable, effects: SideEffects): number {
  return isByItself(table, effects) ? probes(table).length : 0;
}

/** Logs the rows a table came into being with, as if it had been empty. */
export function madeRowsSql(table: SourceTable, tableId: number): string {
  return new ImageSql(table, tableId, "none", STATEMENT_TIME).presentRows();
}

/** The statements that log a table's rows. */
class ImageSql {
  readonly #table: SourceTable;
  readonly #tableId: number;
  readonly #interference: Interference;
  readonly #time: string;
  readonly #target: string;
  readonly #keys: readonly string[];

  constructor(table: SourceTable, tableId: number, interference: Interference, time: string) {
    this.#table = table;
    this.#tableId = tableId;
    this.#interference = interference;
    this.#time = time;
    this.#target = quoteName(table.schema.name);
    this.#keys = keyNames(table.schema.key).map(quoteName);
  }

  /** Logs the row just written. */
  image(operation: "I" | "U"): string {
    if (this.#interference === "none") return this.#imageOf(operation, "NEW");
    return `${this.#imageOf(operation, ROW)} FROM ${this.#target} AS ${ROW} WHERE ${
      this.#keyIs((key) => `NEW.${key}`)
    }`;
  }

  /** Logs all rows there are. */
  presentRows(): string {
    return `${this.#imageOf("I", ROW)} FROM ${this.#target} AS ${ROW}`;
  }

  /** @param row What a row is called there. */
  #imageOf(operation: "I" | "U", row: string): string {
    const columns = this.#table.schema.columns.map((column) => quoteName(column.name));
    const values = [...this.#keys.map((key) => `${row}.${key}`), this.#time, ...columns.map((c) => `${row}.${c}`)];
    const names = columns.map((_, at) => imageColumn(at));
    return `${this.#insert([...this.#logKeys(), "at", ...names])} ` +
      `SELECT ${this.#tableId}, '${operation}', random(), ${values.join(", ")}`;
  }

  /** Logs that the old row's key is gone. */
  removed(condition: string | null): string {
    const gone = this.#interference !== "none" ? [`NOT ${this.#exists((key) => `OLD.${key}`)}`] : [];
    const conditions = [...(condition === null ? [] : [`(${condition})`]), ...gone];
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    return `${this.#insertRemoval()}, ${this.#keys.map((key) => `OLD.${key}`).join(", ")}, ${this.#time}${where}`;
  }

  keyChanged(): string {
    return this.#keys.map((key) => differs(this.#table, key)).join(" OR ");
  }

  /** That a row is not the one being updated. */
  otherRow(): string {
    return ` AND (${this.#keys.map((key) => `${this.#target}.${key} IS NOT OLD.${key} COLLATE BINARY`).join(" OR ")})`;
  }

  /**
   * Notes the rows that stand in the way of the new one, whatever the statement will do about them. Nobody takes the note away if it
   * does nothing: the next statement does, and looks for them first where it may stand inside the one that noted them.
   */
  noted(conditions: readonly string[], and: string): string[] {
    const found = this.#keys.map((key) => `${this.#target}.${key}`).join(", ");
    const notes = conditions.map((condition) =>
      `${this.#note()} SELECT ${this.#tableId}, ${found} FROM ${this.#target} WHERE ${condition}${and}`
    );
    switch (this.#interference) {
      case "none":
        return [this.#forget(), ...notes];
      case "after":
        return [...this.replaced(), ...notes];
      case "between":
        return notes;
    }
  }

  /** Notes the row just written, which the statement around this one may remove. */
  notedNew(): string[] {
    if (this.#interference !== "between") return [];
    return [`${this.#note()} SELECT ${this.#tableId}, ${this.#keys.map((key) => `NEW.${key}`).join(", ")}`];
  }

  /** Logs the rows noted that are gone by now. */
  replaced(): string[] {
    const logKeys = this.#logKeys();
    const keys = logKeys.map((key) => `p.${key}`).join(", ");
    const isOurs = `table_id = ${this.#tableId}`;
    const bounded = this.#interference === "between"
      ? `(SELECT ${
        logKeys.join(", ")
      } FROM ${PENDING_TABLE} WHERE ${isOurs} ORDER BY rowid DESC LIMIT ${PENDING_ROWS_MAX}) AS p WHERE`
      : `${PENDING_TABLE} AS p WHERE p.${isOurs} AND`;
    const log = `${this.#insertRemoval()}, ${keys}, ${this.#time} FROM ${bounded} ` +
      `NOT ${this.#exists((_, at) => `p.${keyColumn(at)}`)}`;
    switch (this.#interference) {
      case "none":
        return [log];
      case "after":
        return [log, this.#forget()];
      case "between":
        return [log, `${this.#forget()} AND NOT ${this.#exists((_, at) => `${PENDING_TABLE}.${keyColumn(at)}`)}`];
    }
  }

  #note(): string {
    return `INSERT INTO ${PENDING_TABLE}(table_id, ${this.#logKeys().join(", ")})`;
  }

  #forget(): string {
    return `DELETE FROM ${PENDING_TABLE} WHERE table_id = ${this.#tableId}`;
  }

  #insertRemoval(): string {
    return `${this.#insert([...this.#logKeys(), "at"])} SELECT ${this.#tableId}, 'D', random()`;
  }

  #insert(columns: readonly string[]): string {
    return `INSERT INTO ${quoteName(LOG_TABLE)}(table_id, op, nonce, ${columns.join(", ")})`;
  }

  #logKeys(): string[] {
    return this.#keys.map((_, at) => keyColumn(at));
  }

  /** That some row has a key, byte for byte. */
  #exists(value: (key: string, at: number) => string): string {
    return `EXISTS (SELECT 1 FROM ${this.#target} AS ${ROW} WHERE ${this.#keyIs(value)})`;
  }

  #keyIs(value: (key: string, at: number) => string): string {
    const { key } = this.#table.schema;
    return this.#keys.map((name, at) => {
      const equal = `${ROW}.${name} = ${value(name, at)}`;
      // The first finds the row by its index, the second tells keys apart that a collation calls equal.
      return key.kind === "rowid" ? equal : `${equal} AND ${equal} COLLATE BINARY`;
    }).join(" AND ");
  }
}

/** A foreign key whose parent's changes change its child's rows. */
export interface ForeignKeyAction {
  readonly child: string;
  readonly parent: string;
  /** Whether deleting a parent updates its children. */
  readonly updates: boolean;
}

/** What besides the statements themselves changes rows; names folded. */
export interface SideEffects {
  /** The user's triggers. */
  readonly triggers: readonly { readonly table: string; readonly sql: string }[];
  readonly actions: readonly ForeignKeyAction[];
}

/**
 * A statement on a table can come back to it only if it sets something off (a trigger of the table, an action of those that refer to it)
 * and something ends at it; names in triggers are taken for the table wherever they stand.
 */
function interferenceWith(table: SourceTable, { triggers, actions }: SideEffects): Interference {
  const folded = foldName(table.schema.name);
  const own = triggers.filter((trigger) => trigger.table === folded);
  const setsOff = own.length > 0 || actions.some((action) => action.parent === folded);
  const ending = actions.filter((action) => action.child === folded);
  const comesBack = ending.length > 0 || triggers.some((trigger) => bodyOf(trigger.sql).has(folded));
  if (!setsOff || !comesBack) return "none";
  // A row removed for one index may set off the update that another index then finds in its way.
  const removesInSteps = ending.some((action) => action.updates) && probes(table).length > 1;
  return removesInSteps || own.some((trigger) => isBefore(trigger.sql)) ? "between" : "after";
}

/** Whether statements that change the table's rows change nothing besides, and no other statement does: then the log can tell them apart. */
function isByItself(table: SourceTable, { triggers, actions }: SideEffects): boolean {
  const folded = foldName(table.schema.name);
  return !triggers.some(({ table, sql }) => table === folded || bodyOf(sql).has(folded)) &&
    !actions.some(({ child, parent }) => child === folded || parent === folded);
}

/** Whether a trigger runs before its rows are changed, as it does unless it says otherwise. */
function isBefore(sql: string): boolean {
  for (const { kind, text } of lex(sql)) {
    if (kind !== "name") continue;
    const word = foldName(text);
    if (word === "after") return false;
    if (word === "on") return true;
  }
  return true;
}

/** Names in a trigger's statements, folded. */
function bodyOf(sql: string): ReadonlySet<string> {
  const tokens = lex(sql);
  const begin = tokens.findIndex(({ kind, text }) => kind === "name" && foldName(text) === "begin");
  return new Set(
    tokens.slice(begin + 1).flatMap(({ kind, text }) => {
      if (kind === "name") return [foldName(text)];
      if (kind !== "quotedName" && kind !== "string") return [];
      const quote = text.at(-1) ?? "";
      return [foldName(text.slice(1, -1).replaceAll(quote + quote, quote))];
    }),
  );
}

/** The columns of an image as the trigger in place names them now: SQLite renames them there when they are renamed. */
export function imageColumnsOf(triggerSql: string): readonly string[] | null {
  const tokens = lex(triggerSql);
  const marker = tokens.findLastIndex(({ text }) => text === "'I'");
  if (marker < 0) return null;
  // After the operation come random(), the key, the time and then the values.
  const first = endOfTime(tokens, marker);
  if (first < 0) return null;
  const columns: string[] = [];
  for (let at = first; tokens[at]?.text === "," && tokens[at + 2]?.text === "."; at += 4) {
    const name = tokens[at + 3]?.text;
    if (name === undefined) return null;
    columns.push(/^["`\[]/.test(name) ? unquoted(name) : name);
  }
  return columns;
}

function unquoted(name: string): string {
  const quote = name.at(-1) ?? "";
  return name.slice(1, -1).replaceAll(quote + quote, quote);
}
