import { RheiError } from "../errors/mod.ts";
import { readStatementText } from "../oltp/mod.ts";
import { lex, type Token } from "../sql/mod.ts";

const BEGIN_MODES: ReadonlySet<string> = new Set(["DEFERRED", "IMMEDIATE", "EXCLUSIVE"]);

/**
 * Makes sure that a BEGIN, COMMIT, END or ROLLBACK is whole and alone: it is acted on without SQLite ever seeing its text.
 *
 * @throws {RheiError} `SQL_SYNTAX` for what SQLite would refuse, and for several statements, of which the others would be lost.
 */
export function checkTransactionControl(sql: string): void {
  const { text } = readStatementText(sql);
  const tokens = lex(text);
  let at = 1;
  if (tokens[0]?.code === "BEGIN" && BEGIN_MODES.has(tokens[at]?.code ?? "")) at++;
  if (tokens[at]?.code === "TRANSACTION") {
    at++;
    if (tokens[at] !== undefined && isName(tokens[at]!)) at++;
  }
  const extra = tokens[at];
  if (extra === undefined) return;
  throw new RheiError("SQL_SYNTAX", `Cannot run the statement: near "${extra.text}": syntax error`, {
    pointer: { text, start: extra.start, end: extra.end },
  });
}

function isName({ kind, code }: Token): boolean {
  return kind === "quotedName" || kind === "string" || (kind === "name" && code === "");
}
