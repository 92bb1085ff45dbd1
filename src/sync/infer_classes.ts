import type { SourceTable, SqlReader } from "../cdc/mod.ts";
import type { ColumnClass, ExactValue } from "../types/mod.ts";
import { chooseClass, kindCondition, type StorageFacts, type ValueKind } from "./column_class.ts";
import { fromSource, keyExpressions, valueExpressions } from "./mirror_layout.ts";

/** Rows looked at in the beginning of a table to guess its classes, and at each of the other places. */
const HEAD_ROWS = 100;
const PLACE_ROWS = 10;
const PLACES = 8;

/** Kinds of values looked for, one result column each. */
const KINDS: readonly ValueKind[] = ["integers", "reals", "text", "blobs", "integers beyond 2^53"];

/** Columns in one query: SQLite allows 2000 result columns, each takes five. */
const COLUMNS_PER_QUERY = 300;

/** Why no class fits a column, and two rows whose values cannot stand in one column: while both are there, none will. */
export interface ClassConflict {
  readonly reason: string;
  readonly column: string;
  /** Empty where such rows cannot be named. */
  readonly rows: readonly { readonly kind: ValueKind; readonly rowid: bigint }[];
}

/** The classes of a table's columns, or why some column has none. */
export type Inference =
  | { readonly kind: "classes"; readonly classes: readonly ColumnClass[] }
  | { readonly kind: "conflict"; readonly conflict: ClassConflict };

/**
 * Guesses the classes from a few rows here and there. The load proves the guess or stops at a misfit, which costs less than
 * looking at every value beforehand. Values are never read, only their types: reading text that is not UTF-8 is not safe.
 */
export async function guessClasses(reader: SqlReader, table: SourceTable): Promise<ColumnClass[]> {
  const places = [`LIMIT ${HEAD_ROWS}`];
  const [rowid] = keyExpressions(table.schema);
  if (table.schema.key.kind === "rowid") {
    const { rows } = await reader.query(`SELECT max(${rowid}) ${fromSource(table)}`);
    const last = rows[0]?.[0];
    for (let place = 1n; typeof last === "bigint" && last > HEAD_ROWS && place <= PLACES; place++) {
      const from = last / BigInt(PLACES) * place - BigInt(PLACE_ROWS);
      places.push(`WHERE ${rowid} >= ${from} LIMIT ${PLACE_ROWS}`);
    }
  }
  const expressions = valueExpressions(table.schema);
  const sample = places.map((place) => `SELECT * FROM (SELECT * ${fromSource(table)} ${place})`).join(" UNION ALL ");
  const facts = await readFacts(reader, expressions, `FROM (${sample}) AS r`);
  const classes: ColumnClass[] = [];
  for (const [at, column] of table.schema.columns.entries()) {
    let fact = facts[at];
    if (fact && !seen(fact) && (column.affinity === "numeric" || column.affinity === "blob")) {
      const value = expressions[at] ?? "NULL";
      const first = `FROM (SELECT ${value} AS v ${fromSource(table)} WHERE ${value} IS NOT NULL LIMIT 1)`;
      fact = (await readFacts(reader, ["v"], first))[0];
    }
    const choice = chooseClass(column.affinity, fact ?? NOTHING_SEEN);
    // A column known to be mixed makes the load stop at once, and the inference then says exactly why.
    classes.push(choice.kind === "class" ? choice.class : "blob");
  }
  return classes;
}

/** Looks at the type of every value of the table and chooses the classes, in one pass. */
export async function inferClasses(reader: SqlReader, table: SourceTable): Promise<Inference> {
  const expressions = valueExpressions(table.schema);
  const facts = await readFacts(reader, expressions, fromSource(table));
  const classes: ColumnClass[] = [];
  for (const [at, column] of table.schema.columns.entries()) {
    const choice = chooseClass(column.affinity, facts[at] ?? NOTHING_SEEN);
    if (choice.kind === "mixed") {
      const rows = await witnesses(reader, table, expressions[at] ?? "NULL", choice.kinds);
      const reason = `column ${column.name} ${choice.reason}`;
      return { kind: "conflict", conflict: { reason, column: column.name, rows } };
    }
    classes.push(choice.class);
  }
  return { kind: "classes", classes };
}

/** The same, each column for itself: `null` where no class fits. */
export async function inferEach(reader: SqlReader, table: SourceTable): Promise<(ColumnClass | null)[]> {
  const facts = await readFacts(reader, valueExpressions(table.schema), fromSource(table));
  return table.schema.columns.map((column, at) => {
    const choice = chooseClass(column.affinity, facts[at] ?? NOTHING_SEEN);
    return choice.kind === "class" ? choice.class : null;
  });
}

const NOTHING_SEEN: StorageFacts = { integer: false, real: false, text: false, blob: false, wideInteger: false };

function seen(facts: StorageFacts): boolean {
  return facts.integer || facts.real || facts.text || facts.blob;
}

async function readFacts(reader: SqlReader, expressions: readonly string[], from: string): Promise<StorageFacts[]> {
  const facts: StorageFacts[] = [];
  for (let start = 0; start < expressions.length; start += COLUMNS_PER_QUERY) {
    const part = expressions.slice(start, start + COLUMNS_PER_QUERY);
    const columns = part.flatMap((expression) => KINDS.map((kind) => `max(${kindCondition(kind, expression)})`));
    const row = (await reader.query(`SELECT ${columns.join(", ")} ${from}`)).rows[0] ?? [];
    part.forEach((_, at) => {
      const [integer, real, text, blob, wideInteger] = KINDS.map((_, kind) => row[at * KINDS.length + kind] === 1n);
      facts.push({
        integer: integer === true,
        real: real === true,
        text: text === true,
        blob: blob === true,
        wideInteger: wideInteger === true,
      });
    });
  }
  return facts;
}

/** One row of each kind. A key other than the rowid may be text that is not safe to read: then none are named. */
async function witnesses(
  reader: SqlReader,
  table: SourceTable,
  expression: string,
  kinds: readonly ValueKind[],
): Promise<ClassConflict["rows"]> {
  if (table.schema.key.kind !== "rowid") return [];
  const rows: { kind: ValueKind; rowid: bigint }[] = [];
  for (const kind of kinds) {
    const key = await reader.query(
      `SELECT ${keyExpressions(table.schema)} ${fromSource(table)} WHERE ${kindCondition(kind, expression)} LIMIT 1`,
    );
    const rowid: ExactValue | undefined = key.rows[0]?.[0];
    if (typeof rowid === "bigint") rows.push({ kind, rowid });
  }
  return rows;
}

/** Whether both rows of a conflict are known, still there and still of their kinds; two keyed reads. */
export async function conflictPersists(
  reader: SqlReader,
  table: SourceTable,
  conflict: ClassConflict,
): Promise<boolean> {
  const at = table.schema.columns.findIndex((column) => column.name === conflict.column);
  const expression = valueExpressions(table.schema)[at];
  if (expression === undefined || conflict.rows.length < 2) return false;
  for (const { kind, rowid } of conflict.rows) {
    const { rows } = await reader.query(
      `SELECT 1 ${fromSource(table)} WHERE ${keyExpressions(table.schema)} = ${rowid} AND ${
        kindCondition(kind, expression)
      }`,
    );
    if (rows.length === 0) return false;
  }
  return true;
}
