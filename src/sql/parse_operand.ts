import { nameOf, type Token } from "./lexer.ts";
import { isHexadecimal, literalFrom } from "./literal.ts";
import { ParameterNumbering } from "./parameters.ts";
import { TokenCursor } from "./token_cursor.ts";
import type { Case, Expr, FunctionCall, Literal, Name, OrderTerm, Query, Unary, WindowSpec } from "./tree.ts";

/** Levels of precedence that operands themselves ask for; the whole table stands in `parse_expression.ts`. */
export const LOOSEST_LEVEL = 1;
export const NOT_LEVEL = 3;
export const PREFIX_LEVEL = 12;

const PREFIX: ReadonlyMap<string, Unary["operator"]> = new Map([["-", "-"], ["+", "+"], ["~", "~"]]);

const CURRENT: ReadonlyMap<string, "date" | "time" | "timestamp"> = new Map([
  ["CURRENT_DATE", "date"],
  ["CURRENT_TIME", "time"],
  ["CURRENT_TIMESTAMP", "timestamp"],
]);

/**
 * Parses operands: literals, columns, calls, CASE, CAST, subqueries, whatever stands in parentheses, and prefix operators. What
 * joins operands, and what a query and a window are, is left to the classes below it.
 */
export abstract class OperandParser extends TokenCursor {
  readonly #parameters = new ParameterNumbering(this.text);
  /** The integer literal just built whose meaning a minus sign before it changes: 2^63 in decimal or in hexadecimal. */
  #signSensitive: Literal | null = null;

  /** A query up to, not including, what closes it. */
  protected abstract query(): Query;
  protected abstract filterClause(): Expr | null;
  protected abstract overClause(): Name | WindowSpec | null;
  protected abstract orderTerms(): OrderTerm[];

  /** An operand followed by operators that bind at least as tightly as `level`. */
  protected abstract climb(level: number): Expr;

  /** A whole expression. */
  protected expression(): Expr {
    const expr = this.climb(LOOSEST_LEVEL);
    this.tallest = Math.max(this.tallest, this.height);
    return expr;
  }

  /** `expr, expr, …`, at least one. */
  protected expressions(): Expr[] {
    const list = [this.expression()];
    while (this.accept(",")) list.push(this.expression());
    return list;
  }

  /** `(expr, …)`, possibly empty. */
  protected parenthesisedList(): Expr[] {
    this.expect("(");
    const list = this.at(")") ? [] : this.expressions();
    this.expect(")");
    return list;
  }

  /** Whether the present token begins a query rather than an expression or a table. */
  protected atQuery(): boolean {
    const { code } = this.token;
    return code === "SELECT" || code === "VALUES" || code === "WITH";
  }

  /** Whether the present token is a keyword that begins an expression, and so no name there although it may be one elsewhere. */
  protected atExpressionKeyword(): boolean {
    const { code } = this.token;
    return code === "CAST" || code === "RAISE" || CURRENT.has(code);
  }

  /** An operand with the prefix operators before it. */
  protected operand(): Expr {
    const { token } = this;
    switch (token.kind) {
      case "string":
        if (this.peek(1).code === ".") return this.#columnOrCall();
        return this.#literal();
      case "blob":
      case "integer":
      case "real":
        return this.#literal();
      case "parameter": {
        this.advance();
        const index = this.#parameters.assign(token);
        this.height = 1;
        const { start, end, text } = token;
        return { kind: "parameter", index, name: text === "?" ? null : text, start, end };
      }
      case "operator":
        if (token.code === "(") return this.#parenthesised();
        return this.#sign();
      case "name":
        if (token.code !== "") return this.#keyword(token);
        return this.#columnOrCall();
      case "quotedName":
        return this.#columnOrCall();
      case "end":
        throw this.unexpected();
    }
  }

  #literal(): Literal {
    const token = this.advance();
    const literal = literalFrom(token, this.text);
    this.#signSensitive = null;
    if (token.kind === "integer" && (token.text.length >= 18)) {
      const magnitude = BigInt(token.text);
      if (magnitude === 2n ** 63n) this.#signSensitive = literal;
    }
    this.height = 1;
    return literal;
  }

  #sign(): Expr {
    const token = this.token;
    const operator = PREFIX.get(token.code);
    if (operator === undefined) throw this.unexpected();
    this.advance();
    const operand = this.climb(PREFIX_LEVEL);
    const end = this.lastEnd;
    if (operator === "-" && operand === this.#signSensitive) {
      if (isHexadecimal(this.text.slice(operand.start, operand.end))) {
        throw this.refused({ start: token.start, end }, "this hexadecimal literal cannot be negated");
      }
      this.#signSensitive = null;
      return { kind: "literal", value: { class: "integer", value: -(2n ** 63n) }, start: token.start, end };
    }
    this.built(this.height + 1, token);
    return { kind: "unary", operator, operand, start: token.start, end };
  }

  #keyword(token: Token): Expr {
    const { start, end, code } = token;
    switch (code) {
      case "NULL":
        this.advance();
        this.height = 1;
        return { kind: "literal", value: { class: "null" }, start, end };
      case "NOT": {
        this.advance();
        const operand = this.climb(NOT_LEVEL);
        this.built(this.height + 1, token);
        return { kind: "unary", operator: "not", operand, start, end: this.lastEnd };
      }
      case "CASE":
        return this.#container(() => this.#case());
      case "CAST":
        return this.#container(() => this.#cast());
      case "EXISTS":
        return this.#container(() => this.#exists());
      case "RAISE":
        return this.#raise();
    }
    const what = CURRENT.get(code);
    if (what === undefined) return this.#columnOrCall();
    this.advance();
    this.height = 1;
    return { kind: "currentTime", what, start, end };
  }

  /** Parses a construct whose height is one more than its tallest part's. */
  #container<T>(parse: () => T): T {
    const outer = this.tallest;
    const token = this.token;
    this.tallest = 0;
    const node = parse();
    this.built(this.tallest + 1, token);
    this.tallest = outer;
    return node;
  }

  #parenthesised(): Expr {
    const { start } = this.token;
    const next = this.peek(1).code;
    if (next === "SELECT" || next === "VALUES" || next === "WITH") {
      return this.#container(() => {
        const query = this.#parenthesisedQuery();
        return { kind: "scalarQuery", query, start, end: this.lastEnd };
      });
    }
    this.advance();
    const first = this.climb(LOOSEST_LEVEL);
    if (this.accept(")")) return first;
    const height = this.height;
    return this.#container(() => {
      this.tallest = height;
      if (!this.at(",")) throw this.unexpected(")", ",");
      this.advance();
      const items = [first, ...this.expressions()];
      this.expect(")");
      return { kind: "rowValue", items, start, end: this.lastEnd };
    });
  }

  #parenthesisedQuery(): Query {
    this.expect("(");
    if (!this.atQuery()) throw this.unexpected("SELECT", "VALUES", "WITH");
    const query = this.query();
    this.expect(")");
    return query;
  }

  #exists(): Expr {
    const { start } = this.advance();
    const query = this.#parenthesisedQuery();
    return { kind: "exists", query, start, end: this.lastEnd };
  }

  #case(): Case {
    const { start } = this.advance();
    const operand = this.at("WHEN") ? null : this.expression();
    const branches: { when: Expr; then: Expr }[] = [];
    do {
      this.expect("WHEN");
      const when = this.expression();
      this.expect("THEN");
      branches.push({ when, then: this.expression() });
    } while (this.at("WHEN"));
    const otherwise = this.accept("ELSE") ? this.expression() : null;
    this.expect("END");
    return { kind: "case", operand, branches, else: otherwise, start, end: this.lastEnd };
  }

  #cast(): Expr {
    const { start } = this.advance();
    this.expect("(");
    const operand = this.expression();
    this.expect("AS");
    const type = this.#typeName();
    this.expect(")");
    return { kind: "cast", operand, type, start, end: this.lastEnd };
  }

  /** Any number of words, then perhaps one or two signed numbers in parentheses. */
  #typeName(): string {
    const words: string[] = [];
    while (this.atIdentifierOrString()) words.push(this.advance().text);
    if (words.length > 0 && this.at("(")) {
      do {
        words.push(this.advance().text);
        if (this.at("+") || this.at("-")) words.push(this.advance().text);
        if (this.token.kind !== "integer" && this.token.kind !== "real") throw this.unexpected();
        words.push(this.advance().text);
      } while (this.at(",") && words.filter((word) => word === ",").length === 0);
      words.push(this.expect(")").text);
    }
    return words.join(" ");
  }

  #raise(): Expr {
    const { start } = this.advance();
    this.expect("(");
    if (!this.accept("IGNORE")) {
      if (!this.accept("ROLLBACK") && !this.accept("ABORT")) this.expect("FAIL");
      this.expect(",");
      this.name();
    }
    this.expect(")");
    this.height = 1;
    return { kind: "raise", start, end: this.lastEnd };
  }

  /** `f(…)`, `column`, `table.column` or `schema.table.column`. */
  #columnOrCall(): Expr {
    const token = this.token;
    if (token.kind !== "string" && !this.atName(0)) throw this.unexpected();
    const { start } = token;
    if (this.peek(1).code === "(" && token.kind !== "string") return this.#container(() => this.#call());
    const first = nameOf(this.advance());
    this.height = 1;
    if (!this.accept(".")) return { kind: "column", schema: null, table: null, name: first, start, end: this.lastEnd };
    const second = this.name();
    if (!this.accept(".")) {
      return { kind: "column", schema: null, table: first, name: second, start, end: this.lastEnd };
    }
    const third = this.name();
    return { kind: "column", schema: first, table: second, name: third, start, end: this.lastEnd };
  }

  #call(): FunctionCall {
    const { start } = this.token;
    const name = nameOf(this.advance());
    this.expect("(");
    let distinct = false;
    let list: Expr[] | "star" = [];
    let orderBy: OrderTerm[] = [];
    if (this.accept("*")) {
      list = "star";
    } else {
      distinct = this.accept("DISTINCT");
      if (!distinct) this.accept("ALL");
      if (!this.at(")") && !this.at("ORDER")) list = this.expressions();
      if (this.at("ORDER")) orderBy = this.orderTerms();
    }
    this.expect(")");
    const filter = this.filterClause();
    const over = this.overClause();
    return { kind: "function", name, distinct, arguments: list, orderBy, filter, over, start, end: this.lastEnd };
  }
}
