import { RheiError, type RheiErrorCode } from "../errors/mod.ts";

/** What was being done when the driver failed. */
export interface FailureContext {
  /** Completes "Cannot …": `run the statement`, `open "app.db"`. */
  readonly action: string;
  readonly sql?: string;
}

interface DriverFailure {
  readonly message: string;
  readonly code?: unknown;
  readonly rawCode?: unknown;
}

/** SQLite's primary result codes (the low byte of the extended ones) that have a code of their own in rhei. */
const CODE_OF_RESULT: Readonly<Record<number, RheiErrorCode>> = {
  3: "DATABASE_OPEN", // SQLITE_PERM
  5: "DATABASE_LOCKED", // SQLITE_BUSY
  6: "DATABASE_LOCKED", // SQLITE_LOCKED
  8: "READ_ONLY", // SQLITE_READONLY
  9: "CANCELLED", // SQLITE_INTERRUPT
  10: "IO_ERROR", // SQLITE_IOERR
  11: "DATABASE_CORRUPT", // SQLITE_CORRUPT
  13: "DISK_FULL", // SQLITE_FULL
  14: "DATABASE_OPEN", // SQLITE_CANTOPEN
  19: "SQL_CONSTRAINT", // SQLITE_CONSTRAINT
  20: "SQL_CONSTRAINT", // SQLITE_MISMATCH: a value of the wrong type for a rowid
  26: "DATABASE_CORRUPT", // SQLITE_NOTADB
};

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_BUSY_SNAPSHOT = 517;

const UNKNOWN_NAME =
  /^(?:no such (table|column|function|index|trigger|view|module|collation sequence|savepoint|database)|unknown (database|function)|table .* has no column named)\b/;
const SYNTAX = /syntax error|^incomplete input|^unrecognized token|^unknown table option/;

/** Whether waiting may let the same call succeed: another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const raw = rawCodeOf(error);
  const primary = raw & 0xff;
  return raw !== SQLITE_BUSY_SNAPSHOT && (primary === SQLITE_BUSY || primary === SQLITE_LOCKED);
}

function rawCodeOf(error: unknown): number {
  const cause = error instanceof RheiError ? error.cause : error;
  const raw = (cause as DriverFailure | null)?.rawCode;
  return typeof raw === "number" ? raw : 0;
}

/** A failure of the driver as a {@linkcode RheiError}; one that is none of the driver's is returned as it is. */
export function mapError(error: unknown, context: FailureContext): Error {
  if (error instanceof RheiError || error instanceof TypeError) return error;
  const failure = error as DriverFailure;
  const message = failure.message;
  const raw = openFailureCode(message) ?? rawCodeOf(error);
  const code = CODE_OF_RESULT[raw & 0xff] ?? codeOfText(message);
  const options = { cause: error, retryable: code === "DATABASE_LOCKED", details: detailsOf(raw, context.sql) };
  const text = `Cannot ${context.action}: ${explain(code, message, raw)}`;
  const hint = HINTS[code];
  return new RheiError(code, text, hint === undefined ? options : { ...options, hint });
}

const HINTS: Partial<Record<RheiErrorCode, string>> = {
  DATABASE_LOCKED: "Another connection is writing; try again, or raise the busy timeout",
  DISK_FULL: "Free some space; the statement changed nothing",
};

function detailsOf(raw: number, sql: string | undefined): Record<string, unknown> {
  return sql === undefined ? { sqliteCode: raw } : { sqliteCode: raw, sql };
}

/** The driver reports a failed open as text only: `ConnectionFailed("Unable to open connection to local database x: 14")`. */
function openFailureCode(message: string): number | undefined {
  const match = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(message);
  return match === null ? undefined : Number(match[1]);
}

function codeOfText(message: string): RheiErrorCode {
  if (UNKNOWN_NAME.test(message)) return "SQL_UNKNOWN_NAME";
  if (SYNTAX.test(message)) return "SQL_SYNTAX";
  return "SQL_ERROR";
}

function explain(code: RheiErrorCode, message: string, raw: number): string {
  switch (code) {
    case "SQL_UNKNOWN_NAME":
      return message.replace(/^(no such [a-z ]+): (.*)$/s, '$1 "$2"');
    case "DATABASE_LOCKED":
      return raw === SQLITE_BUSY_SNAPSHOT
        ? "another connection wrote since this transaction first read"
        : "the database is locked by another connection";
    case "READ_ONLY":
      return "the database is read-only";
    case "DATABASE_OPEN":
      return "the database file cannot be opened";
    case "DATABASE_CORRUPT":
      return (raw & 0xff) === 26 ? "the file is not a SQLite database" : `the database is damaged (${message})`;
    case "DISK_FULL":
      return "the disk or quota is full";
    case "CANCELLED":
      return "it was interrupted";
    default:
      return message;
  }
}
