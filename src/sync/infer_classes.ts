import type { SourceTable, SqlReader } from "../cdc/mod.ts";
import type { ColumnClass, ExactValue } from "../types/mod.ts";
import { addFact, chooseClass, kindCondition, NO_FACTS, type StorageFacts, type ValueKind } from "./column_class.ts";
import { fromSource, keyExpressions, mirrorExpressions } from "./mirror_layout.ts";

/** Rows read from the beginning of a table to guess its classes, and at each of the other places. */
const HEAD_ROWS = 100;
const PLACE_ROWS = 10;
const PLACES = 8;

/** Result columns in one inference query: SQLite allows 2000, each column takes five. */
const COLUMNS_PER_QUERY = 300;

/** Two rows whose values cannot stand in one column: while both are there, no class fits. */
export interface ClassConflict {
  readonly reason: string;
  readonly column: string;
  readonly rows: readonly { readonly kind: ValueKind; readonly key: readonly ExactValue[] }[];
}

/** The classes of a table's columns, or why some column has none. */
export type Inference =
  | { readonly kind: "classes"; readonly classes: readonly ColumnClass[] }
  | { readonly kind: "conflict"; readonly conflict: ClassConflict };

function columnExpressions(table: SourceTable): string[] {
  return mirrorExpressions(table.schema).slice(-table.schema.columns.length);
}

/**
 * Guesses the classes from a few rows here and there. The load proves the guess or stops at a misfit, which costs less than
 * looking at every value beforehand.
 */
export async function guessClasses(reader: SqlReader, table: SourceTable): Promise<ColumnClass[]> {
  const { schema } = table;
  const expressions = columnExpressions(table);
  const select = `SELECT ${expressions.join(", ")} ${fromSource(table)}`;
  const facts: StorageFacts[] = schema.columns.map(() => NO_FACTS);
  const learn = (rows: readonly (readonly ExactValue[])[]) => {
    for (const row of rows) {
      for (let at = 0; at < facts.length; at++) facts[at] = addFact(facts[at] ?? NO_FACTS, row[at] ?? null);
    }
  };
  learn((await reader.query(`${select} LIMIT ${HEAD_ROWS}`)).rows);
  if (schema.key.kind === "rowid") {
    const [rowid] = keyExpressions(schema);
    const { rows } = await reader.query(`SELECT max(${rowid}) ${fromSource(table)}`);
    const last = rows[0]?.[0];
    for (let place = 1; typeof last === "bigint" && last > HEAD_ROWS && place <= PLACES; place++) {
      const from = last * BigInt(place) / BigInt(PLACES) - BigInt(PLACE_ROWS);
      learn((await reader.query(`${select} WHERE ${rowid} >= ? LIMIT ${PLACE_ROWS}`, [from])).rows);
    }
  }
  const classes: ColumnClass[] = [];
  for (const [at, column] of schema.columns.entries()) {
    let fact = facts[at] ?? NO_FACTS;
    if (fact === NO_FACTS && (column.affinity === "numeric" || column.affinity === "blob")) {
      const value = `SELECT ${expressions[at]} ${fromSource(table)} WHERE ${expressions[at]} IS NOT NULL LIMIT 1`;
      fact = addFact(fact, (await reader.query(value)).rows[0]?.[0] ?? null);
    }
    const choice = chooseClass(column.affinity, fact);
    // A column known to be mixed makes the load stop at once, and the inference then says exactly why.
    classes.push(choice.kind === "class" ? choice.class : "blob");
  }
  return classes;
}

/** Looks at every value of the table and chooses the classes, in one pass. */
export async function inferClasses(reader: SqlReader, table: SourceTable): Promise<Inference> {
  const expressions = columnExpressions(table);
  const facts: StorageFacts[] = [];
  for (let start = 0; start < expressions.length; start += COLUMNS_PER_QUERY) {
    const part = expressions.slice(start, start + COLUMNS_PER_QUERY);
    const { rows } = await reader.query(`SELECT ${part.map(factColumns).join(", ")} ${fromSource(table)}`);
    const row = rows[0] ?? [];
    part.forEach((_, at) => {
      const is = (offset: number) => row[at * 5 + offset] === 1n;
      facts.push({ integer: is(0), real: is(1), text: is(2), blob: is(3), wideInteger: is(4) });
    });
  }
  const classes: ColumnClass[] = [];
  for (const [at, column] of table.schema.columns.entries()) {
    const choice = chooseClass(column.affinity, facts[at] ?? NO_FACTS);
    if (choice.kind === "class") {
      classes.push(choice.class);
      continue;
    }
    const expression = expressions[at] ?? "NULL";
    const rows = [];
    for (const kind of choice.kinds) {
      const key = await reader.query(
        `SELECT ${keyExpressions(table.schema).join(", ")} ${fromSource(table)} ` +
          `WHERE ${kindCondition(kind, expression)} LIMIT 1`,
      );
      rows.push({ kind, key: key.rows[0] ?? [] });
    }
    const reason = `column ${column.name} ${choice.reason}`;
    return { kind: "conflict", conflict: { reason, column: column.name, rows } };
  }
  return { kind: "classes", classes };
}

function factColumns(expression: string): string {
  const kinds: ValueKind[] = ["integers", "reals", "text", "blobs", "integers beyond 2^53"];
  return kinds.map((kind) => `max(${kindCondition(kind, expression)})`).join(", ");
}

/** Whether both rows of a conflict are still there and still of their kinds; a few keyed reads. */
export async function conflictPersists(
  reader: SqlReader,
  table: SourceTable,
  conflict: ClassConflict,
): Promise<boolean> {
  const at = table.schema.columns.findIndex((column) => column.name === conflict.column);
  const expression = columnExpressions(table)[at];
  if (expression === undefined) return false;
  const match = keyExpressions(table.schema).map((key) => `${key} = ?`).join(" AND ");
  for (const { kind, key } of conflict.rows) {
    const { rows } = await reader.query(
      `SELECT 1 ${fromSource(table)} WHERE ${match} AND ${kindCondition(kind, expression)}`,
      key,
    );
    if (rows.length === 0) return false;
  }
  return true;
}
