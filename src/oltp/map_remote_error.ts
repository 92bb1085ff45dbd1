import { LibsqlError } from "@libsql/client";
import { RheiError, type RheiErrorCode } from "../errors/mod.ts";
import { mapError } from "./map_error.ts";

/** SQLite's result codes by the names a server gives. */
const RESULT_CODES: Readonly<Record<string, number>> = {
  SQLITE_PERM: 3,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_INTERRUPT: 9,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CONSTRAINT: 19,
  SQLITE_MISMATCH: 20,
  SQLITE_NOTADB: 26,
  TRANSACTION_BUSY: 5,
};

const DENIED = /\b(401|403)\b|auth|unauthorized|forbidden/i;

/** A failure of the remote client as a {@linkcode RheiError}; one that is none is returned as it is. */
export function mapRemoteError(error: unknown, url: string, sql?: string): Error {
  if (error instanceof RheiError || error instanceof RangeError) return error;
  if (!(error instanceof LibsqlError)) return connectionFailure(error, url);
  const statementFailure = fromDatabase(error);
  if (statementFailure === null) return connectionFailure(error, url);
  const context = sql === undefined ? { action: "run the statement" } : { action: "run the statement", sql };
  return mapError(statementFailure, context);
}

/** Whether a statement failed for naming what is not there. */
export function isRemoteUnknownName(error: unknown): boolean {
  const mapped = mapRemoteError(error, "");
  return mapped instanceof RheiError && mapped.code === "SQL_UNKNOWN_NAME";
}

/** The database's own failure in the driver's form, `null` if it is the server's or the network's. */
function fromDatabase(error: LibsqlError): Error & { readonly rawCode: number } | null {
  const primary = error.code.split("_").slice(0, 2).join("_");
  const rawCode = RESULT_CODES[error.code] ?? RESULT_CODES[primary];
  const isStatement = rawCode !== undefined || /^SQL/.test(error.code) || error.code === "ARGS_INVALID";
  if (!isStatement) return null;
  const message = error.message
    .replaceAll(`${error.code}: `, "") // twice in a batch
    .replace(/^SQL(?:ite)?(?: input)? error: /i, "")
    .replace(/^SQL string could not be parsed: /, "")
    .replace(/ \(at offset \d+\)$/, "");
  return Object.assign(new Error(message, { cause: error }), { rawCode: rawCode ?? 1 });
}

function connectionFailure(error: unknown, url: string): RheiError {
  const message = error instanceof Error ? causeMessage(error) : String(error);
  const denied = DENIED.test(message);
  const code: RheiErrorCode = "REMOTE";
  return new RheiError(code, `Cannot reach "${url}": ${denied ? "the server refuses the credentials" : message}`, {
    cause: error,
    retryable: !denied,
    hint: denied ? "Check the authentication token" : "Check the address and the network",
  });
}

/** `fetch` says only "fetch failed"; its cause says why. */
function causeMessage(error: Error): string {
  return error.cause instanceof Error ? causeMessage(error.cause) : error.message;
}
