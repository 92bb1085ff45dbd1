/** How the rows of a query are ordered before they are compared. */
export type SortMode = "nosort" | "rowsort" | "valuesort";

/** What a query is to give: values one per line, or their number and MD5 when there are many. */
export type Expectation =
  | { readonly kind: "values"; readonly values: readonly string[] }
  | { readonly kind: "hash"; readonly count: number; readonly md5: string };

/** One record of a sqllogictest script. `line` counts from 1 and is the record's first. */
export type ScriptRecord =
  | {
    readonly kind: "statement";
    readonly line: number;
    readonly conditions: readonly Condition[];
    readonly succeeds: boolean;
    readonly sql: string;
  }
  | {
    readonly kind: "query";
    readonly line: number;
    readonly conditions: readonly Condition[];
    /** One letter per column: I, R or T. */
    readonly types: string;
    readonly sort: SortMode;
    readonly label: string | null;
    readonly sql: string;
    readonly expected: Expectation;
    /** Lines of the expectation, from index `expectedStart` (0-based) up to but not including `expectedEnd`. */
    readonly expectedStart: number;
    readonly expectedEnd: number;
  }
  | { readonly kind: "halt"; readonly line: number; readonly conditions: readonly Condition[] }
  | { readonly kind: "hashThreshold"; readonly line: number; readonly values: number }
  /** rhei's own, `mirror required` or `mirror optional`: whether the queries that follow may be declined. */
  | { readonly kind: "mirror"; readonly line: number; readonly required: boolean };

/** `skipif ENGINE` or `onlyif ENGINE`, with the comment that gives the reason. */
export interface Condition {
  readonly kind: "skipif" | "onlyif";
  readonly engine: string;
  readonly reason: string;
}

const SORT_MODES: readonly SortMode[] = ["nosort", "rowsort", "valuesort"];

/** Reads the sqllogictest format. @throws {SyntaxError} With file and line for a record it does not know. */
export function parseScript(text: string, file: string): ScriptRecord[] {
  return new ScriptParser(text, file).records();
}

class ScriptParser {
  readonly #lines: readonly string[];
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#lines = text.split(/\r?\n/);
    this.#file = file;
  }

  records(): ScriptRecord[] {
    const records: ScriptRecord[] = [];
    let conditions: Condition[] = [];
    for (; this.#at < this.#lines.length;) {
      const line = this.#lines[this.#at]!;
      if (line.trim() === "" || line.startsWith("#")) {
        this.#at += 1;
        continue;
      }
      const [word, ...rest] = line.split(/\s+/);
      if (word === "skipif" || word === "onlyif") {
        const reason = line.includes("#") ? line.slice(line.indexOf("#") + 1).trim() : "";
        conditions.push({ kind: word, engine: rest[0] ?? "", reason });
        this.#at += 1;
        continue;
      }
      records.push(this.#record(word!, rest, conditions));
      conditions = [];
    }
    return records;
  }

  #record(word: string, rest: readonly string[], conditions: readonly Condition[]): ScriptRecord {
    const line = this.#at + 1;
    this.#at += 1;
    switch (word) {
      case "statement":
        if (rest[0] !== "ok" && rest[0] !== "error") throw this.#unknown(line);
        return { kind: "statement", line, conditions, succeeds: rest[0] === "ok", sql: this.#paragraph() };
      case "query":
        return this.#query(line, rest, conditions);
      case "halt":
        return { kind: "halt", line, conditions };
      case "hash-threshold":
        return { kind: "hashThreshold", line, values: Number(rest[0]) };
      case "mirror":
        if (rest[0] !== "required" && rest[0] !== "optional") throw this.#unknown(line);
        return { kind: "mirror", line, required: rest[0] === "required" };
      default:
        throw this.#unknown(line);
    }
  }

  #unknown(line: number): SyntaxError {
    return new SyntaxError(`${this.#file}:${line}: unknown record "${this.#lines[line - 1]}"`);
  }

  /** Lines up to an empty one or the separator of a query. */
  #paragraph(): string {
    const start = this.#at;
    while (this.#at < this.#lines.length && this.#lines[this.#at] !== "" && this.#lines[this.#at] !== "----") {
      this.#at += 1;
    }
    return this.#lines.slice(start, this.#at).join("\n");
  }

  #query(line: number, rest: readonly string[], conditions: readonly Condition[]): ScriptRecord {
    const [types, sort = "nosort", label] = rest.filter((word) => word !== "");
    if (types === undefined || !/^[IRT]+$/.test(types) || !SORT_MODES.includes(sort as SortMode)) {
      throw this.#unknown(line);
    }
    const sql = this.#paragraph();
    if (this.#lines[this.#at] === "----") this.#at += 1;
    const expectedStart = this.#at;
    while (this.#at < this.#lines.length && this.#lines[this.#at] !== "") this.#at += 1;
    const values = this.#lines.slice(expectedStart, this.#at);
    return {
      kind: "query",
      line,
      conditions,
      types,
      sort: sort as SortMode,
      label: label ?? null,
      sql,
      expected: expectation(values),
      expectedStart,
      expectedEnd: this.#at,
    };
  }
}

function expectation(values: readonly string[]): Expectation {
  const hash = values.length === 1 ? /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(values[0]!) : null;
  return hash === null ? { kind: "values", values } : { kind: "hash", count: Number(hash[1]), md5: hash[2]! };
}
