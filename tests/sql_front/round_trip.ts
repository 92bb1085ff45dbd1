import Database from "libsql";
import { parseSelect, printQuery } from "../../src/sql/mod.ts";
import { databaseFor } from "./guessed_schema.ts";

/** Rows read at most: enough to tell results apart, few enough for a query over cross joins. */
const MAX_ROWS = 2000;

/** What became of one statement. */
export type Outcome =
  /** Printed fully parenthesised, it gave the same rows under the same names, or the same failure. */
  | { readonly kind: "equal"; readonly rows: number; readonly failure: string | null; readonly sameProgram: boolean }
  | { readonly kind: "different"; readonly detail: string }
  /** The parser refuses it; `sqlite` is what libSQL says to it. */
  | { readonly kind: "refused"; readonly reason: string; readonly sqlite: string }
  /** libSQL does not prepare it, or its answer depends on chance. */
  | { readonly kind: "excluded"; readonly reason: string };

/** SQLite tells columns of one name apart by `:1`, `:2`, `:3`, and then by random numbers. */
const RANDOM_SUFFIX = /:\d{6,}$/;

/** Results that differ from run to run; libSQL leaves padding bytes of small vectors unset. */
const VOLATILE =
  /\bvector8\s*\(|\brandom(blob)?\s*\(|\bcurrent_time|'now'|\bsqlite_(source_id|version)|\blast_insert_rowid|\bsql_?stmt\b/i;

/** Parses, prints and runs a SELECT both ways, over guessed tables. */
export function roundTrip(sql: string, seed: number): Outcome {
  let query;
  try {
    query = parseSelect(sql);
  } catch (error) {
    return { kind: "refused", reason: (error as Error).message, sqlite: complaintOf(sql) };
  }
  if (VOLATILE.test(sql)) return { kind: "excluded", reason: "volatile" };
  const db = databaseFor(sql, query, seed);
  if ("refused" in db) return { kind: "excluded", reason: db.refused };
  try {
    return compare(db, sql, printQuery(query));
  } finally {
    db.close();
  }
}

/** Runs an SQL text and its round trip over an existing database. */
export function roundTripOver(db: Database.Database, sql: string): Outcome {
  let printed: string;
  try {
    printed = printQuery(parseSelect(sql));
  } catch (error) {
    return { kind: "refused", reason: (error as Error).message, sqlite: complaintOf(sql, db) };
  }
  return compare(db, sql, printed);
}

function compare(db: Database.Database, sql: string, printed: string): Outcome {
  const expected = run(db, sql);
  const actual = run(db, printed);
  if (expected.text !== actual.text) {
    return {
      kind: "different",
      detail: `${printed}\n  expected ${expected.text.slice(0, 400)}\n  actual   ${actual.text.slice(0, 400)}`,
    };
  }
  const { rows, failed, text } = expected;
  return { kind: "equal", rows, failure: failed ? text : null, sameProgram: failed || sameProgram(db, sql, printed) };
}

/** Names and rows as one text; rows sorted, since a multiset is what is compared. A failure at run time is a result too. */
function run(db: Database.Database, sql: string): { text: string; rows: number; failed: boolean } {
  try {
    const statement = db.prepare(sql).raw(true).safeIntegers(true);
    const names = statement.columns().map((column) => column.name.replace(RANDOM_SUFFIX, ":…"));
    const rows: string[] = [];
    try {
      for (const row of statement.iterate()) {
        if (rows.push(JSON.stringify(row, exact)) >= MAX_ROWS) break;
      }
    } finally {
      release(statement);
    }
    return { text: JSON.stringify(names) + "\n" + rows.sort().join("\n"), rows: rows.length, failed: false };
  } catch (error) {
    return { text: (error as Error).message, rows: 0, failed: true };
  }
}

/** Ends a statement's run: one left half-way, failed, or an EXPLAIN keeps the driver's lock on the schema, but `get` resets. */
function release(statement: Database.Statement): void {
  try {
    statement.get();
  } catch {
    // Only its reset is wanted; what it fails with, the run itself has shown.
  }
}

function exact(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function complaintOf(sql: string, db = new Database(":memory:")): string {
  try {
    db.prepare(sql);
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether libSQL, too, found the text's grammar or limits wrong, rather than a name missing. */
export function refusedBySqlite(complaint: string): boolean {
  return complaint !== "accepted" && !/^no such (table|column)/.test(complaint);
}

/**
 * Whether SQLite compiles both texts to the same bytecode: a proof, far beyond equal rows, that it reads them as the same query.
 * Two spellings of one REAL (`3.00` is printed as `3.0`) may still differ.
 */
export function sameProgram(db: Database.Database, sql: string, printed: string): boolean {
  // The driver aborts the process on a program's text that is no UTF-8, as the bytes of a blob literal need not be; and beside
  // `?1` SQLite shares the work of a `?` printed as `?1`, though not that of the `?` itself.
  if (/\bx'/i.test(sql) || /\?(?!\d)/.test(sql)) return true;
  return program(db, sql) === program(db, printed);
}

function program(db: Database.Database, sql: string): string {
  const statement = db.prepare(`EXPLAIN ${sql}`).raw(true);
  const rows = statement.all() as unknown[][];
  release(statement);
  return rows.map(([, opcode, p1, p2, p3, p4, p5]) => [opcode, p1, p2, p3, p4, p5].join(" ")).join("\n");
}
