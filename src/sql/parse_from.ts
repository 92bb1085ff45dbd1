import { foldName } from "./fold_name.ts";
import type { Token } from "./lexer.ts";
import { JOIN_KEYWORDS } from "./keywords.ts";
import { WindowParser } from "./parse_window.ts";
import type { Expr, FromItem, Join, Name, SystemTime, TableRef } from "./tree.ts";

/** SQLite's limit on the terms of one FROM clause. */
const MAX_TERMS = 200;

interface JoinOperator {
  readonly type: Join["type"];
  readonly natural: boolean;
}

/** Parses the FROM clause. */
export abstract class FromParser extends WindowParser {
  /**
   * A list of tables and joins. SQLite keeps it flat, its commas binding exactly like its joins: the tree leans to the left, and
   * a join on the right side is one that was written in parentheses.
   */
  protected fromList(): FromItem {
    const { start } = this.token;
    let left = this.#term(true);
    if (this.at("ON") || this.at("USING")) {
      throw this.refused(this.token, `a JOIN is required before ${this.token.code}`);
    }
    for (let terms = 1;; terms++) {
      const operator = this.#joinOperator();
      if (operator === null) return left;
      if (terms >= MAX_TERMS) throw this.refused(this.token, `more than ${MAX_TERMS} tables in one FROM clause`);
      const right = this.#term(false);
      left = {
        kind: "join",
        ...operator,
        left,
        right,
        ...this.#constraint(operator.natural),
        start,
        end: this.lastEnd,
      };
    }
  }

  #constraint(natural: boolean): Pick<Join, "on" | "using"> {
    if (natural && (this.at("ON") || this.at("USING"))) {
      throw this.refused(this.token, "a NATURAL join takes neither ON nor USING");
    }
    if (this.accept("ON")) return { on: this.expression(), using: null };
    if (!this.accept("USING")) return { on: null, using: null };
    this.expect("(");
    const using = this.nameList();
    this.expect(")");
    return { on: null, using };
  }

  /** `name, name, …`. */
  protected nameList(): Name[] {
    const names = [this.name()];
    while (this.accept(",")) names.push(this.name());
    return names;
  }

  #joinOperator(): JoinOperator | null {
    if (this.accept(",")) return { type: "comma", natural: false };
    if (this.accept("JOIN")) return { type: "inner", natural: false };
    if (!JOIN_KEYWORDS.has(this.token.code)) return null;
    const words: Token[] = [this.advance()];
    while (!this.at("JOIN") && words.length < 3) {
      if (!this.atName(0)) throw this.unexpected("JOIN");
      words.push(this.advance());
    }
    this.expect("JOIN");
    return this.#joinType(words);
  }

  /** SQLite adds the words up, in any order and repeated at will: LEFT RIGHT is FULL. */
  #joinType(words: readonly Token[]): JoinOperator {
    const said = new Set(words.map((word) => word.code));
    const left = said.has("LEFT") || said.has("FULL");
    const right = said.has("RIGHT") || said.has("FULL");
    const outer = left || right || said.has("OUTER");
    const inner = said.has("INNER") || said.has("CROSS");
    const unknown = words.some((word) => !JOIN_KEYWORDS.has(word.code));
    if (unknown || (outer && inner) || (outer && !left && !right)) {
      const span = { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0 };
      throw this.refused(span, `unknown join type "${words.map((word) => word.text).join(" ")}"`);
    }
    const type = left ? (right ? "full" : "left") : right ? "right" : said.has("CROSS") ? "cross" : "inner";
    return { type, natural: said.has("NATURAL") };
  }

  #term(first: boolean): FromItem {
    if (!this.at("(")) return this.#table();
    this.enter();
    const { start } = this.advance();
    if (this.atQuery()) {
      const tallest = this.tallest;
      const query = this.query();
      // A table in FROM adds nothing to the height of the expressions around it.
      this.tallest = tallest;
      this.expect(")");
      this.leave();
      const alias = this.#aliasOfNoTable("a subquery");
      return { kind: "subquery", query, alias, start, end: this.lastEnd };
    }
    const inner = this.fromList();
    this.expect(")");
    this.leave();
    return this.#parenthesised(inner, this.#aliasOfNoTable("parentheses"), first, start);
  }

  /**
   * What parentheses around tables mean to SQLite: nothing around the first term without an alias; around a single table the
   * outer alias replaces the inner one, even when there is no outer one; around a join they make a table of it.
   */
  #parenthesised(inner: FromItem, alias: Name | null, first: boolean, start: number): FromItem {
    if (first && alias === null) return inner;
    const span = { start, end: this.lastEnd };
    if (inner.kind === "join" && inner.alias === undefined) {
      return alias === null ? inner : { ...inner, alias, ...span };
    }
    switch (inner.kind) {
      case "table":
        return { ...inner, alias, indexed: null, ...span };
      case "subquery":
      case "tableFunction":
        return { ...inner, alias, ...span };
      case "join": {
        const { alias: _replaced, ...join } = inner;
        return alias === null ? join : { ...join, alias, ...span };
      }
    }
  }

  #table(): FromItem {
    const { start } = this.token;
    let name = this.name();
    let schema: Name | null = null;
    if (this.accept(".")) [schema, name] = [name, this.name()];
    if (this.at("(")) {
      const list = this.parenthesisedList();
      const alias = this.#aliasOfNoTable("a table function");
      return { kind: "tableFunction", schema, name, arguments: list, alias, start, end: this.lastEnd };
    }
    const before = this.#systemTime();
    const alias = this.alias();
    const systemTime = before ?? this.#systemTime();
    const indexed = this.#indexed();
    const table: TableRef = { kind: "table", schema, name, alias, indexed, start, end: this.lastEnd };
    if (systemTime === null) return table;
    if (indexed !== null) throw this.refused(this.peek(-1), "versions of rows are not read by an index");
    return { ...table, systemTime };
  }

  /** FOR may be an alias and SYSTEM_TIME any name, but SQLite's grammar has no place where the one follows the other. */
  #atSystemTime(): boolean {
    return this.at("FOR") && this.peek(1).kind === "name" && foldName(this.peek(1).text) === "system_time";
  }

  #aliasOfNoTable(what: string): Name | null {
    const alias = this.#atSystemTime() ? null : this.alias();
    if (!this.#atSystemTime()) return alias;
    throw this.refused(this.token, `FOR SYSTEM_TIME stands after the name of a table, not after ${what}`);
  }

  /** `FOR SYSTEM_TIME AS OF t`, `… BETWEEN t AND t` or `… ALL`. */
  #systemTime(): SystemTime | null {
    if (!this.#atSystemTime()) return null;
    const { start } = this.advance();
    this.advance();
    if (this.accept("ALL")) return { kind: "all", start, end: this.lastEnd };
    if (this.accept("BETWEEN")) {
      const from = this.#time();
      this.expect("AND");
      return { kind: "between", from, to: this.#time(), start, end: this.lastEnd };
    }
    if (!this.accept("AS")) throw this.unexpected("AS", "BETWEEN", "ALL");
    this.expect("OF");
    return { kind: "asOf", at: this.#time(), start, end: this.lastEnd };
  }

  /** A time's expression adds nothing to the height of the expressions around its table. */
  #time(): Expr {
    const { tallest } = this;
    const expr = this.computation();
    this.tallest = tallest;
    return expr;
  }

  #indexed(): TableRef["indexed"] {
    if (this.accept("INDEXED")) {
      this.expect("BY");
      return this.name();
    }
    if (!this.at("NOT") || this.peek(1).code !== "INDEXED") return null;
    this.advance();
    this.advance();
    return "not";
  }
}
