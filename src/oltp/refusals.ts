import { RheiError } from "../errors/mod.ts";
import type { StatementText } from "./statement_text.ts";

/** The statement as a message quotes it: one line, not too long. */
function quoted(statement: StatementText): string {
  const line = statement.text.replace(/\s+/g, " ");
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}

/** @throws {RheiError} `SQL_ERROR` for a statement that `query` does not run. What is no SQL is left to SQLite to refuse. */
export function requireRead(statement: StatementText): void {
  if (statement.kind === "read" || statement.kind === "pragma" || statement.class.kind === "other") return;
  throw new RheiError("SQL_ERROR", `Cannot run ${quoted(statement)} as a query: it is no reading statement`, {
    hint: "Run it with execute()",
  });
}

/** @throws {RheiError} `TRANSACTION_STATE` for a statement that `execute` leaves to `transaction` and `begin`. */
export function refuseTransactionControl(statement: StatementText): void {
  if (statement.kind !== "transaction" && statement.kind !== "savepoint") return;
  throw new RheiError("TRANSACTION_STATE", `Cannot run ${quoted(statement)} outside a transaction object`, {
    hint: "Use transaction() or begin()",
  });
}

/** @throws {RheiError} `TRANSACTION_STATE` for a statement that would end the transaction it runs in, or begin another. */
export function refuseInsideTransaction(statement: StatementText): void {
  if (statement.kind !== "transaction") return;
  throw new RheiError("TRANSACTION_STATE", `Cannot run ${quoted(statement)} inside a transaction`, {
    hint: "Use commit() and rollback() of the transaction, or SAVEPOINT for a part of it",
  });
}

/** The transaction of this client that others wait for does not end. */
export function lockTimeout(): RheiError {
  return new RheiError("DATABASE_LOCKED", "Cannot write: another transaction of this client is still open", {
    retryable: true,
    hint: "Commit or roll it back first",
  });
}

/** Other processes commit so fast that several connections never meet the same state. */
export function tooManyCommits(): RheiError {
  return new RheiError(
    "DATABASE_LOCKED",
    "Cannot open a snapshot for scanning: other connections commit all the time",
    {
      retryable: true,
    },
  );
}

/** A call after `close()` of the client. */
export function clientClosed(): RheiError {
  return new RheiError("CLOSED", "Cannot use the database: it is closed");
}

/** A call after the transaction's commit or rollback. */
export function transactionEnded(): RheiError {
  return new RheiError("CLOSED", "Cannot use the transaction: it has ended");
}

/** SQLite has rolled the transaction back by itself, as it does at a full disk: what follows would run outside of it. */
export function transactionBroken(): RheiError {
  return new RheiError("TRANSACTION_STATE", "Cannot go on with the transaction: a failed statement rolled it back");
}

/** The failure of a read whose signal aborted. */
export function cancelled(): RheiError {
  return new RheiError("CANCELLED", "The query was cancelled");
}
