import { lex } from "../sql/mod.ts";
import type { ExactValue } from "../types/mod.ts";
import type { DriverConnection, DriverStatement } from "./driver.ts";
import { allRows } from "./reset_statement.ts";
import type { StatementText } from "./statement_text.ts";
import { isCompound } from "./unconverted.ts";

/** Executions after which a statement is worth its single-row form: that costs as much as a dozen of them. */
export const SINGLE_ROW_USES_MIN = 8;

/**
 * Opcodes of programs that look up one row by its key: none of them loops or calls a function, so that running the program a second
 * time costs little and gives the same.
 */
const KEYED_OPCODES: ReadonlySet<string> = new Set([
  ...["Init", "Transaction", "Goto", "Halt", "Noop", "Explain", "Once", "OpenRead", "ReopenIdx", "Close", "ResultRow"],
  ...["Variable", "Integer", "Int64", "Real", "String", "String8", "Blob", "Null", "Copy", "SCopy", "Move"],
  ...["SeekRowid", "NotExists", "SeekGE", "SeekLE", "IdxGT", "IdxGE", "IdxLT", "IdxLE", "NotFound", "Found"],
  ...["DeferredSeek", "FinishSeek", "IdxRowid", "Rowid", "Column", "NullRow", "IfNullRow"],
  ...["MustBeInt", "Affinity", "RealAffinity", "Cast", "IsNull", "NotNull", "If", "IfNot", "CollSeq"],
  ...["Eq", "Ne", "Lt", "Le", "Gt", "Ge", "And", "Or", "Not", "Add", "Subtract", "Multiply", "Concat"],
]);

/**
 * A statement in a form whose first row tells whether it is the only one.
 *
 * The driver's call for one row costs half of its call for all rows, but does not say whether more follow. This form adds a last
 * column that counts the rows up to two, by a second look-up of the same key.
 */
export class SingleRowForm {
  readonly #driver: DriverStatement;

  private constructor(driver: DriverStatement) {
    this.#driver = driver;
  }

  /** The form of a statement, or `null` where it would not pay. */
  static of(text: StatementText, connection: DriverConnection, values: readonly ExactValue[]): SingleRowForm | null {
    if (text.class.kind !== "select" || isCompound(text.text)) return null;
    const program = allRows(connection.prepare(`EXPLAIN ${text.text}`).raw(true), true, values);
    if (!program.every((step) => KEYED_OPCODES.has(step[1] as string))) return null;
    const select = numberParameters(text);
    if (select === null) return null;
    const sql = `WITH _rhei_row AS (${select}\n) ` +
      `SELECT *, (SELECT count(*) FROM (SELECT 1 FROM (${select}\n) LIMIT 2)) FROM _rhei_row`;
    return new SingleRowForm(connection.prepare(sql).raw(true).safeIntegers(true));
  }

  /** All rows, or `null` when there are several. */
  rows(values: readonly ExactValue[]): ExactValue[][] | null {
    const row = this.#driver.get(values);
    if (row === undefined) return [];
    return row.pop() === 1n ? [row] : null;
  }
}

/**
 * The statement with every parameter written as its number, so that two copies of it share them; `null` if plain `?` stand beside
 * numbered ones, where SQLite's numbering is involved.
 */
function numberParameters({ text, rawNames }: StatementText): string | null {
  if (rawNames.includes(null) && rawNames.some((name) => name?.startsWith("?"))) return null;
  let numbered = "";
  let end = 0;
  let plain = -1;
  for (const token of lex(text)) {
    if (token.kind !== "parameter") continue;
    const index = token.text === "?" ? plain = rawNames.indexOf(null, plain + 1) : rawNames.indexOf(token.text);
    numbered += `${text.slice(end, token.start)}?${index + 1}`;
    end = token.end;
  }
  return numbered + text.slice(end);
}
