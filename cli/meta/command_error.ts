import { RheiError } from "../../src/errors/mod.ts";

/**
 * A dot command that does not exist or is used wrongly. It counts as a statement that is not valid: a script fails on it as it does
 * on a mistyped SELECT.
 */
export function commandError(message: string, hint?: string): RheiError {
  return new RheiError("SQL_SYNTAX", message, hint === undefined ? {} : { hint });
}
