import { foldName } from "./fold_name.ts";
import { nameOf, TokenReader } from "./lexer.ts";

/** What a statement may do, told by its tokens alone. */
export type StatementClass =
  /** SELECT, VALUES, WITH … SELECT. */
  | { readonly kind: "select" }
  | {
    readonly kind: "write";
    readonly verb: "insert" | "update" | "delete" | "replace";
    /** The target table as written, quotes removed; `null` if the text is not that far yet. */
    readonly table: ObjectName | null;
    /** Whether a RETURNING clause makes it give rows. */
    readonly returning: boolean;
  }
  | {
    readonly kind: "ddl";
    readonly verb: "create" | "drop" | "alter";
    readonly object: "table" | "virtualTable" | "index" | "view" | "trigger" | "function" | null;
    readonly name: ObjectName | null;
    /** CREATE TEMP …, or an object of the schema `temp`. */
    readonly temporary: boolean;
  }
  | { readonly kind: "begin"; readonly mode: "deferred" | "immediate" | "exclusive" }
  /** COMMIT and END. */
  | { readonly kind: "commit" }
  | { readonly kind: "rollback"; /** ROLLBACK TO savepoint: the transaction stays open. */ readonly to: string | null }
  | { readonly kind: "savepoint"; readonly name: string }
  | { readonly kind: "release"; readonly name: string }
  | {
    readonly kind: "pragma";
    /** Lower case. */
    readonly name: string;
    readonly schema: string | null;
    /** Sets something or changes the file, rather than only reporting. */
    readonly writing: boolean;
  }
  | { readonly kind: "explain"; readonly queryPlan: boolean; readonly statement: StatementClass }
  | { readonly kind: "attach" | "detach" | "vacuum" | "analyze" | "reindex" }
  /** Nothing but white space, comments and semicolons. */
  | { readonly kind: "empty" }
  /** Nothing SQLite knows; running it gives SQLite's error. */
  | { readonly kind: "other" };

/** An object's name with its schema, quotes removed. */
export interface ObjectName {
  /** `main`, `temp` or an attached database; `null` when none is named. */
  readonly schema: string | null;
  /** The object's own name. */
  readonly name: string;
}

/** Pragmas that take an argument and still only report. */
const REPORTING_PRAGMAS: ReadonlySet<string> = new Set([
  "foreign_key_check",
  "foreign_key_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "integrity_check",
  "quick_check",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/** Pragmas that act even without an argument. */
const ACTING_PRAGMAS: ReadonlySet<string> = new Set([
  "incremental_vacuum",
  "optimize",
  "shrink_memory",
  "wal_checkpoint",
]);

/**
 * Says what kind of statement a text is. Of several statements the first is classified.
 *
 * @param text One statement, complete or not.
 * @throws {RheiError} `SQL_SYNTAX` if the text is not made of SQLite's tokens.
 */
export function classify(text: string): StatementClass {
  return new Classifier(text).statement();
}

class Classifier {
  readonly #reader: TokenReader;

  constructor(text: string) {
    this.#reader = new TokenReader(text);
    do this.#reader.next(); while (this.#peek() === ";");
  }

  statement(): StatementClass {
    if (this.#reader.kind === "end") return { kind: "empty" };
    const code = this.#advance();
    switch (code) {
      case "SELECT":
      case "VALUES":
        return { kind: "select" };
      case "WITH":
        this.#skipCommonTables();
        return this.#afterWith();
      case "INSERT":
      case "REPLACE":
      case "UPDATE":
      case "DELETE":
        return this.#write(code);
      case "CREATE":
      case "DROP":
      case "ALTER":
        return this.#ddl(code);
      case "BEGIN": {
        const mode = this.#peek();
        return {
          kind: "begin",
          mode: mode === "IMMEDIATE" ? "immediate" : mode === "EXCLUSIVE" ? "exclusive" : "deferred",
        };
      }
      case "COMMIT":
      case "END":
        return { kind: "commit" };
      case "ROLLBACK":
        return this.#rollback();
      case "SAVEPOINT":
        return this.#savepoint("savepoint");
      case "RELEASE":
        this.#skip("SAVEPOINT");
        return this.#savepoint("release");
      case "PRAGMA":
        return this.#pragma();
      case "EXPLAIN": {
        const queryPlan = this.#skip("QUERY");
        if (queryPlan) this.#skip("PLAN");
        return { kind: "explain", queryPlan, statement: this.statement() };
      }
      case "ATTACH":
        return { kind: "attach" };
      case "DETACH":
        return { kind: "detach" };
      case "VACUUM":
        return { kind: "vacuum" };
      case "ANALYZE":
        return { kind: "analyze" };
      case "REINDEX":
        return { kind: "reindex" };
      default:
        return { kind: "other" };
    }
  }

  #peek(): string {
    return this.#reader.code;
  }

  #advance(): string {
    const { code } = this.#reader;
    this.#reader.next();
    return code;
  }

  #skip(code: string): boolean {
    if (this.#peek() !== code) return false;
    this.#reader.next();
    return true;
  }

  #name(): string | null {
    const { kind, token } = this.#reader;
    if (kind !== "name" && kind !== "quotedName" && kind !== "string") return null;
    this.#reader.next();
    return nameOf(token).text;
  }

  #objectName(): ObjectName | null {
    const first = this.#name();
    if (first === null) return null;
    if (!this.#skip(".")) return { schema: null, name: first };
    const second = this.#name();
    return second === null ? { schema: null, name: first } : { schema: first, name: second };
  }

  /** Leaves the position at the main statement: the first token after a closing parenthesis that is neither AS nor a comma. */
  #skipCommonTables(): void {
    let depth = 0;
    while (this.#reader.kind !== "end") {
      const code = this.#advance();
      if (code === "(") depth++;
      else if (code === ")" && --depth === 0 && this.#peek() !== "AS" && this.#peek() !== ",") return;
    }
  }

  #afterWith(): StatementClass {
    const code = this.#advance();
    switch (code) {
      case "SELECT":
      case "VALUES":
        return { kind: "select" };
      case "INSERT":
      case "REPLACE":
      case "UPDATE":
      case "DELETE":
        return this.#write(code);
      default:
        return { kind: "other" };
    }
  }

  #write(code: "INSERT" | "REPLACE" | "UPDATE" | "DELETE"): StatementClass {
    if (this.#skip("OR")) this.#reader.next();
    this.#skip("INTO");
    this.#skip("FROM");
    const table = this.#objectName();
    let returning = false;
    // RETURNING is never an identifier, so that no parentheses need be counted.
    while (this.#reader.kind !== "end" && this.#peek() !== ";") {
      returning = this.#advance() === "RETURNING" || returning;
    }
    const verb = code.toLowerCase() as "insert" | "replace" | "update" | "delete";
    return { kind: "write", verb, table, returning };
  }

  #ddl(code: "CREATE" | "DROP" | "ALTER"): StatementClass {
    const temporary = this.#skip("TEMP") || this.#skip("TEMPORARY");
    this.#skip("UNIQUE");
    const object = this.#objectKind();
    if (object !== null && this.#skip("IF")) {
      this.#skip("NOT");
      this.#skip("EXISTS");
    }
    const verb = code.toLowerCase() as "create" | "drop" | "alter";
    const name = object === null ? null : this.#objectName();
    return { kind: "ddl", verb, object, name, temporary: temporary || isTemp(name) };
  }

  #objectKind(): "table" | "virtualTable" | "index" | "view" | "trigger" | "function" | null {
    switch (this.#advance()) {
      case "TABLE":
        return "table";
      case "VIRTUAL":
        this.#skip("TABLE");
        return "virtualTable";
      case "INDEX":
        return "index";
      case "VIEW":
        return "view";
      case "TRIGGER":
        return "trigger";
      case "FUNCTION":
        return "function";
      default:
        return null;
    }
  }

  #savepoint(kind: "savepoint" | "release"): StatementClass {
    const name = this.#name();
    return name === null ? { kind: "other" } : { kind, name };
  }

  #rollback(): StatementClass {
    if (this.#skip("TRANSACTION") && this.#peek() !== "TO") this.#name();
    if (!this.#skip("TO")) return { kind: "rollback", to: null };
    this.#skip("SAVEPOINT");
    const to = this.#name();
    return to === null ? { kind: "other" } : { kind: "rollback", to };
  }

  #pragma(): StatementClass {
    const name = this.#objectName();
    if (name === null) return { kind: "other" };
    const lower = name.name.toLowerCase();
    const argument = this.#peek() === "=" || this.#peek() === "(";
    const writing = ACTING_PRAGMAS.has(lower) || (argument && !REPORTING_PRAGMAS.has(lower));
    return { kind: "pragma", name: lower, schema: name.schema, writing };
  }
}

function isTemp(name: ObjectName | null): boolean {
  return name !== null && name.schema !== null && foldName(name.schema) === "temp";
}
