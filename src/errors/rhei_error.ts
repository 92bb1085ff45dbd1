import type { SourcePointer } from "./source_pointer.ts";

/**
 * The stable codes of every failure rhei reports. Programs may match on them; messages may change.
 *
 * @example
 * ```ts
 * import { RheiError } from "@rhei/rhei";
 * const error = new RheiError("SQL_SYNTAX", 'Cannot parse SQL: unexpected "form"');
 * if (error.code !== "SQL_SYNTAX") throw error;
 * ```
 */
export type RheiErrorCode =
  /** The statement is not valid SQL. */
  | "SQL_SYNTAX"
  /** A table, column, function or other name does not exist. */
  | "SQL_UNKNOWN_NAME"
  /** Fewer or more parameters than the statement has, or a value SQL cannot hold. */
  | "SQL_PARAMETERS"
  /** A constraint refused the write. */
  | "SQL_CONSTRAINT"
  /** Any other failure the database reports for a statement. */
  | "SQL_ERROR"
  /** The statement needs to write and the database was opened read-only or its file is read-only. */
  | "READ_ONLY"
  /** Another connection holds the lock for longer than the busy timeout. */
  | "DATABASE_LOCKED"
  /** The path cannot be opened: missing folder, a directory, no permission. */
  | "DATABASE_OPEN"
  /** The file is not an SQLite database or is damaged. */
  | "DATABASE_CORRUPT"
  /** The disk or quota is full. */
  | "DISK_FULL"
  /** The file system failed in another way. */
  | "IO_ERROR"
  /** `route: "olap"` was asked for and the backend declines the statement. */
  | "OLAP_DECLINED"
  /** The mirror is unusable: locked by another process, or broken beyond an automatic rebuild. */
  | "OLAP_UNAVAILABLE"
  /** A change could not be applied to the mirror; its watermark stays where it was. */
  | "SYNC_FAILED"
  /** `verify` found the mirror differing from its source. */
  | "VERIFY_MISMATCH"
  /** The table cannot be tracked (a view, a virtual table, no usable key). */
  | "NOT_TRACKABLE"
  /** Versions of rows were asked for that are not kept, or from where they cannot be read. */
  | "HISTORY_UNAVAILABLE"
  /** A `transaction` inside a `transaction`, or a transaction-control statement where none is allowed. */
  | "TRANSACTION_STATE"
  /** The operation was cancelled through its `AbortSignal` or Ctrl-C. */
  | "CANCELLED"
  /** A configuration file, environment variable or flag holds something rhei does not know. */
  | "CONFIG"
  /** A file to import or export cannot be read, written or understood. */
  | "FILE_FORMAT"
  /** The engine, transaction or result was used after it was closed. */
  | "CLOSED"
  /** The remote database cannot be reached or refuses the credentials. */
  | "REMOTE";

/** Structured parts of a {@linkcode RheiError}, all optional. */
export interface RheiErrorOptions {
  /** The failure beneath this one. */
  readonly cause?: unknown;
  /** One sentence that says what to do; shown as `Hint: …`. */
  readonly hint?: string;
  /** Where in an SQL text the failure lies. */
  readonly pointer?: SourcePointer;
  /** `true` when the same call may succeed later without any change. Default `false`. */
  readonly retryable?: boolean;
  /** Named facts for programs: table, path, expected and actual. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Every failure of rhei that is not a misuse of its API (those are `TypeError` or `RangeError`).
 *
 * @example
 * ```ts
 * import { RheiError } from "@rhei/rhei";
 * const error = new RheiError("DATABASE_LOCKED", 'Cannot write to "app.db": locked', { retryable: true });
 * console.log(error.code, error.retryable);
 * ```
 */
export class RheiError extends Error {
  /** The name of the class. */
  override readonly name = "RheiError";
  /** What failed, stable across versions. */
  readonly code: RheiErrorCode;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Where in an SQL text the failure lies. */
  readonly pointer: SourcePointer | undefined;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** Named facts for programs. */
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * Makes an error.
   *
   * @param code What failed.
   * @param message Names the action, quotes the object, ends without a period.
   * @param options Cause, hint, pointer and details.
   */
  constructor(code: RheiErrorCode, message: string, options: RheiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.pointer = options.pointer;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}
