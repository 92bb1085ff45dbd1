import type { InStatement, ResultSet, Value } from "@libsql/client";
import { RheiError } from "../errors/mod.ts";
import type { ExactValue, RowSet, SqlParameters } from "../types/mod.ts";
import { bindParameters } from "./bind_parameters.ts";
import type { StatementText } from "./statement_text.ts";

/**
 * A statement as the remote client takes it. NaN becomes NULL, as it does in SQLite.
 *
 * @throws {RheiError} `SQL_PARAMETERS` also for infinities, which the protocol's JSON cannot carry.
 */
export function remoteStatement(statement: StatementText, params: SqlParameters): InStatement {
  const values = bindParameters(statement.parameters, params);
  return { sql: statement.text, args: values.map(remoteValue) };
}

function remoteValue(value: ExactValue): null | string | number | bigint | Uint8Array {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return null;
  throw new RheiError("SQL_PARAMETERS", "Cannot bind an infinite number: the remote protocol cannot carry it", {
    hint: "Write 9e999 in the statement",
  });
}

/** A result of the remote client. */
export function rowSetOf(result: ResultSet): RowSet {
  const columns = result.columns.map((name, i) => ({ name, declaredType: result.columnTypes[i] || null }));
  return { columns, rows: result.rows.map((row) => columns.map((_, i) => exactValue(row[i]!))) };
}

function exactValue(value: Value): ExactValue {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** The rowid of the last row the statement inserted; servers say 0 where there was none. */
export function remoteRowid(result: ResultSet, statement: StatementText): number | bigint | null {
  const rowid = result.lastInsertRowid;
  if (rowid === undefined || (rowid === 0n && (statement.kind !== "insert" || result.rowsAffected === 0))) return null;
  const number = Number(rowid);
  return Number.isSafeInteger(number) ? number : rowid;
}
