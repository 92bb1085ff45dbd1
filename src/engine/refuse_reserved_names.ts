import { isOwnName } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import { foldName, lex, type StatementClass, type Token } from "../sql/mod.ts";

/**
 * Keeps an application's statements away from what rhei adds to a database: a changed log would lose changes, and what an application
 * itself called `_rhei_…` could be taken for rhei's own. Reading is free.
 *
 * @param text One statement.
 * @param statement What it is.
 * @throws {RheiError} `SQL_ERROR`, pointing at the name, if it writes to such a table, or makes, changes or drops such an object.
 */
export function refuseReservedNames(text: string, statement: StatementClass): void {
  switch (statement.kind) {
    case "write":
      if (!isReserved(statement.table?.name)) return;
      throw refused(text, "may not be modified", "rhei keeps it; rhei untrack removes it");
    case "ddl":
      if (isReserved(statement.name?.name)) {
        throw statement.verb === "create"
          ? taken(text)
          : refused(text, `may not be ${statement.verb === "drop" ? "dropped" : "altered"}`, "rhei untrack removes it");
      }
      if (statement.verb === "alter" && takesReservedName(text)) throw taken(text);
      return;
    default:
      return;
  }
}

/** Whether an ALTER TABLE … RENAME TO gives a reserved name. */
function takesReservedName(text: string): boolean {
  const tokens = lex(text);
  const to = tokens.findIndex(({ code }, at) => code === "TO" && tokens[at - 1]?.code === "RENAME");
  return to >= 0 && isReserved(nameIn(tokens[to + 1]));
}

function isReserved(name: string | undefined): boolean {
  return name !== undefined && isOwnName(foldName(name));
}

/** A token without the quotes a name may have. */
function nameIn(token: Token | undefined): string | undefined {
  return token?.text.replace(/^["'`[]/, "").replace(/["'`\]]$/, "");
}

function taken(text: string): RheiError {
  return refused(text, "is a name reserved for internal use", "Choose a name that does not begin with _rhei_");
}

function refused(text: string, problem: string, hint: string): RheiError {
  const token = lex(text).find((each) => isReserved(nameIn(each)));
  return new RheiError("SQL_ERROR", `Cannot run the statement: ${nameIn(token) ?? "the name"} ${problem}`, {
    hint,
    ...(token === undefined ? {} : { pointer: { text, start: token.start, end: token.end } }),
  });
}
