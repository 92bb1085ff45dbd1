import type { RowSet, SqlParameters } from "../types/mod.ts";
import type { Connection } from "./connection.ts";
import type { ExecuteResult } from "./oltp_client.ts";
import { OpenMark } from "./open_mark.ts";
import type { TransactionMark } from "./transaction_mark.ts";

/**
 * Runs one statement and its mark in a transaction, as SQLite runs the statement alone: a statement that fails leaves what it left
 * there by itself, which is nothing, or with `OR FAIL` the rows before the one that failed.
 */
export function runMarked(
  connection: Connection,
  mark: TransactionMark,
  sql: string,
  params: SqlParameters,
): ExecuteResult & { readonly rows: RowSet } {
  connection.run("BEGIN IMMEDIATE");
  let open: OpenMark | null = null;
  let result;
  try {
    open = OpenMark.begin(connection, mark);
    result = connection.execute(sql, params);
  } catch (failure) {
    // `OR ROLLBACK` and the like have ended the transaction.
    if (connection.inTransaction) endAfter(failure, connection, open);
    throw failure;
  }
  end(connection, open);
  return result;
}

function end(connection: Connection, mark: OpenMark | null): void {
  try {
    mark?.write();
    connection.run("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.run("ROLLBACK");
    throw error;
  }
}

function endAfter(failure: unknown, connection: Connection, mark: OpenMark | null): void {
  try {
    end(connection, mark);
  } catch {
    // Nothing of the statement is kept, and why it failed is known.
    throw failure;
  }
}
