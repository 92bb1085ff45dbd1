import { RheiError } from "../../src/errors/mod.ts";
import { classify, type StatementClass } from "../../src/sql/mod.ts";

/**
 * Refuses a statement whose rows are wanted and that would change something: it would be carried out before its lack of rows is noticed.
 *
 * @param action What was to be done with the rows, after "Cannot".
 * @throws {RheiError} `SQL_SYNTAX` if it is no query.
 */
export function assertQuery(sql: string, action: string): void {
  if (onlyReads(classify(sql))) return;
  throw new RheiError("SQL_SYNTAX", `Cannot ${action}: the statement is no query`, {
    hint: "nothing was run; give a SELECT, VALUES, or WITH … SELECT",
  });
}

function onlyReads(statement: StatementClass): boolean {
  switch (statement.kind) {
    case "select":
    case "explain":
    // Running these changes nothing, and gives SQLite's own message.
    case "empty":
    case "other":
      return true;
    case "pragma":
      return !statement.writing;
    default:
      return false;
  }
}
