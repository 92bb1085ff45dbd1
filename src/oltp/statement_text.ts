import { RheiError } from "../errors/mod.ts";
import { classify, parametersOf, splitStatements, type StatementClass } from "../sql/mod.ts";
import type { StatementParameters } from "./bind_parameters.ts";

/** What a statement means to a connection. */
export type StatementKind =
  /** SELECT, VALUES, EXPLAIN, and pragmas that tell about the file. */
  | "read"
  /** A pragma that sets something or tells a setting of its connection. */
  | "pragma"
  | "insert"
  | "write"
  /** Opens or ends a transaction. */
  | "transaction"
  /** Works within a transaction: SAVEPOINT, RELEASE, ROLLBACK TO. */
  | "savepoint"
  /** CREATE, ALTER, DROP, ATTACH, VACUUM and the rest. */
  | "definition";

/** What is known of a statement before SQLite sees it. */
export interface StatementText {
  /** The statement alone: no semicolon, nothing around it. */
  readonly text: string;
  readonly kind: StatementKind;
  readonly class: StatementClass;
  readonly parameters: StatementParameters;
  /** Names of the parameters as written, prefix included; `null` for a plain `?`. */
  readonly rawNames: readonly (string | null)[];
}

/** Pragmas that answer alike on every connection to the file. */
const FILE_PRAGMAS: ReadonlySet<string> = new Set([
  "application_id",
  "collation_list",
  "compile_options",
  "encoding",
  "foreign_key_check",
  "foreign_key_list",
  "freelist_count",
  "function_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "integrity_check",
  "module_list",
  "page_count",
  "page_size",
  "pragma_list",
  "quick_check",
  "schema_version",
  "table_info",
  "table_list",
  "table_xinfo",
  "user_version",
]);

/**
 * Reads a text that must hold one statement.
 *
 * @throws {RheiError} `SQL_SYNTAX` when it holds none, more than one, or what is no SQL at all.
 */
export function readStatementText(sql: string): StatementText {
  const [first, second] = splitStatements(sql);
  if (first === undefined) throw new RheiError("SQL_SYNTAX", "Cannot run an empty text: it holds no statement");
  if (second !== undefined) {
    throw new RheiError("SQL_SYNTAX", "Cannot run several statements at once", {
      hint: "Run them one by one, together with batch(), or as a script with rhei run",
      pointer: { text: sql, start: second.start, end: second.end },
    });
  }
  const { text } = first;
  const { count, names } = parametersOf(text);
  const statementClass = classify(text);
  return {
    text,
    kind: kindOf(statementClass),
    class: statementClass,
    parameters: { count, names: names.map(bareName) },
    rawNames: names,
  };
}

/** A parameter's name without its prefix; `?7` has a number, not a name. */
function bareName(name: string | null): string | null {
  return name === null || name.startsWith("?") ? null : name.slice(1);
}

function kindOf(statement: StatementClass): StatementKind {
  switch (statement.kind) {
    case "select":
    case "explain":
      return "read";
    case "write":
      return statement.verb === "insert" || statement.verb === "replace" ? "insert" : "write";
    case "pragma":
      return !statement.writing && FILE_PRAGMAS.has(statement.name) ? "read" : "pragma";
    case "begin":
    case "commit":
      return "transaction";
    case "rollback":
      return statement.to === null ? "transaction" : "savepoint";
    case "savepoint":
    case "release":
      return "savepoint";
    default:
      return "definition";
  }
}
