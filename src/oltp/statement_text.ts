import { RheiError } from "../errors/mod.ts";
import type { StatementParameters } from "./bind_parameters.ts";

/** What a statement does, told by its words alone. */
export type StatementKind =
  /** SELECT, VALUES, EXPLAIN. */
  | "read"
  | "insert"
  | "write"
  | "pragma"
  /** Opens or ends a transaction: BEGIN, COMMIT, END, ROLLBACK. */
  | "transaction"
  /** Works within a transaction: SAVEPOINT, RELEASE, ROLLBACK TO. */
  | "savepoint"
  /** CREATE, ALTER, DROP, ATTACH, VACUUM and the rest. */
  | "definition";

/** What is known of a statement before SQLite sees it. */
export interface StatementText {
  readonly kind: StatementKind;
  readonly parameters: StatementParameters;
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|\?\d*|[:@$][A-Za-z0-9_$\u0080-\uffff]+|[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*|[0-9.]+[A-Za-z0-9_.]*|./gsu;

/** Kind and parameters of a statement. */
export function readStatementText(sql: string): StatementText {
  const tokens = (sql.match(TOKEN) ?? []).filter((t) => !/^(\s|--|\/\*)/.test(t));
  const names: (string | null)[] = [];
  const seen = new Map<string, number>();
  for (const token of tokens) {
    if (token === "?") names.push(null);
    else if (/^\?\d+$/.test(token)) { while (names.length < Number(token.slice(1))) names.push(null); }
    else if (/^[:@$]./.test(token) && !seen.has(token)) seen.set(token, names.push(token.slice(1)));
  }
  const end = tokens.indexOf(";");
  if (end >= 0 && tokens.slice(end).some((t) => t !== ";") && !/^create$/i.test(tokens[0] ?? "")) {
    throw new RheiError("SQL_SYNTAX", "Cannot run more than one statement at once", {
      hint: "Run them one by one, or use batch()",
    });
  }
  return { kind: kindOf(tokens), parameters: { count: names.length, names } };
}

function kindOf(tokens: readonly string[]): StatementKind {
  const first = (tokens[0] ?? "").toUpperCase();
  switch (first) {
    case "SELECT":
    case "VALUES":
    case "EXPLAIN":
      return "read";
    case "WITH":
      return kindAfterWith(tokens);
    case "INSERT":
    case "REPLACE":
      return "insert";
    case "UPDATE":
    case "DELETE":
      return "write";
    case "PRAGMA":
      return "pragma";
    case "ROLLBACK":
      return tokens.some((t) => t.toUpperCase() === "TO") ? "savepoint" : "transaction";
    case "BEGIN":
    case "COMMIT":
    case "END":
      return "transaction";
    case "SAVEPOINT":
    case "RELEASE":
      return "savepoint";
    default:
      return "definition";
  }
}

function kindAfterWith(tokens: readonly string[]): StatementKind {
  let depth = 0;
  for (const token of tokens) {
    if (token === "(") depth++;
    else if (token === ")") depth--;
    else if (depth === 0) {
      const word = token.toUpperCase();
      if (word === "SELECT" || word === "VALUES") return "read";
      if (word === "INSERT" || word === "REPLACE") return "insert";
      if (word === "UPDATE" || word === "DELETE") return "write";
    }
  }
  return "read";
}
