import { messageOf, RheiError } from "../../errors/mod.ts";
import { RuntimeDecline } from "../olap_backend.ts";

/** Bridged SQL raises `error('rhei_decline: reason')` where only the data shows that SQLite would answer differently. */
const DECLINE_MARK = "rhei_decline: ";

/**
 * Kinds of DuckDB errors that depend on the values met. SQLite has no such errors, it answers (with NULL, a REAL, a cast that
 * stops at the first bad character), so libSQL must run the statement.
 */
const VALUE_ERRORS: ReadonlySet<string> = new Set(["Out of Range", "Conversion", "Invalid Input", "Not implemented"]);

/** DuckDB nests no deeper; bridged SQL nests deeper than the statement it stands for, which SQLite may still take. */
const TOO_DEEP = /max(imum)? expression depth/i;

/** Kinds after which the mirror itself is in doubt. */
const MIRROR_ERRORS: ReadonlySet<string> = new Set(["IO", "FATAL", "INTERNAL", "Serialization", "Corruption"]);

/** Turns a failure of a query on the mirror into what the engine acts on; errors of rhei pass unchanged. */
export function explainQueryFailure(error: unknown): Error {
  if (error instanceof RuntimeDecline || isOwn(error)) return error;
  const text = messageOf(error);
  const marked = text.indexOf(DECLINE_MARK);
  if (marked >= 0) return new RuntimeDecline(text.slice(marked + DECLINE_MARK.length));
  const kind = kindOf(text);
  if (kind === "INTERRUPT") return new RheiError("CANCELLED", "Query was cancelled", { cause: error });
  if (VALUE_ERRORS.has(kind) || TOO_DEEP.test(text)) return new RuntimeDecline(firstLine(text));
  return storageFailure("SQL_ERROR", "Cannot run query on the mirror", error);
}

/** Turns a failure to change the mirror into a `RheiError`; errors of rhei pass unchanged. */
export function explainWriteFailure(action: string, error: unknown): Error {
  if (isOwn(error)) return error;
  return storageFailure("SYNC_FAILED", action, error);
}

/** Whether rhei threw it, misuse of the API included: the bindings throw plain errors. */
function isOwn(error: unknown): error is Error {
  return error instanceof RheiError || error instanceof TypeError || error instanceof RangeError;
}

/** Tells failures of disk, memory and mirror file, whoever met them; all others get `code`. */
function storageFailure(code: "SQL_ERROR" | "SYNC_FAILED", action: string, cause: unknown): RheiError {
  const text = messageOf(cause);
  const message = `${action}: ${firstLine(text)}`;
  const kind = kindOf(text);
  if (/no space left on device|disk quota exceeded/i.test(text)) return new RheiError("DISK_FULL", message, { cause });
  if (kind === "Out of Memory" || /could not allocate block/.test(text)) {
    return new RheiError(code, message, { cause, hint: "Raise the memory limit of the OLAP backend" });
  }
  if (!MIRROR_ERRORS.has(kind)) return new RheiError(code, message, { cause });
  const hint = "The mirror can be rebuilt: delete its folder and sync again";
  return new RheiError("OLAP_UNAVAILABLE", message, { cause, hint });
}

/** The kind DuckDB puts before its message (`Out of Range Error: …`), or an empty string. */
function kindOf(text: string): string {
  return /^([A-Za-z][A-Za-z ]*?) Error: /.exec(text)?.[1] ?? "";
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end);
}
