import { FromParser } from "./parse_from.ts";
import type {
  CommonTable,
  Compound,
  Expr,
  Name,
  OrderTerm,
  Query,
  QueryBody,
  Select,
  SelectItem,
  Values,
  With,
} from "./tree.ts";

/** SQLite's limit on the arms of one compound. */
const MAX_COMPOUND = 500;

/**
 * Parses a SELECT or VALUES statement, with or without WITH, in SQLite 3.45's grammar. A trailing semicolon is allowed, a second
 * statement is not.
 *
 * @param text One statement.
 * @throws {RheiError} `SQL_SYNTAX`, pointing at the offending token, where SQLite finds a syntax error or one of its limits
 * exceeded (100 levels of nesting, 1000 levels of operators, 500 arms of a compound).
 */
export function parseSelect(text: string): Query {
  return new SelectParser(text).statement();
}

interface Tail {
  readonly orderBy: OrderTerm[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
}

class SelectParser extends FromParser {
  statement(): Query {
    while (this.accept(";")) { /* empty statements before it */ }
    if (!this.atQuery()) throw this.unexpected("SELECT", "VALUES", "WITH");
    const query = this.query();
    if (this.at(";")) {
      while (this.accept(";")) { /* empty statements after it */ }
      if (this.token.kind !== "end") throw this.refused(this.token, "a second statement follows the first");
    }
    if (this.token.kind !== "end") throw this.unexpected();
    return query;
  }

  protected override query(): Query {
    this.enter();
    const { start } = this.token;
    const commonTables = this.at("WITH") ? this.#with() : null;
    let body: QueryBody = this.#core();
    let tail = this.#tail(body);
    for (let arms = 2;; arms++) {
      const { token } = this;
      const operator = this.#compoundOperator();
      if (operator === null) break;
      if (tail.orderBy.length > 0 || tail.limit !== null) {
        const clause = tail.orderBy.length > 0 ? "ORDER BY" : "LIMIT";
        throw this.refused(token, `${clause} comes after ${token.text.toUpperCase()}, not before`);
      }
      if (arms > MAX_COMPOUND) throw this.refused(token, `a compound of more than ${MAX_COMPOUND} arms`);
      const right = this.#core();
      body = { kind: "compound", operator, left: body, right, start: body.start, end: this.lastEnd };
      tail = this.#tail(right);
    }
    this.leave();
    return { kind: "query", with: commonTables, body, ...tail, start, end: this.lastEnd };
  }

  #with(): With {
    const { start } = this.advance();
    const recursive = this.accept("RECURSIVE");
    const tables = [this.#commonTable()];
    while (this.accept(",")) tables.push(this.#commonTable());
    const end = this.lastEnd;
    if (this.at("SELECT") || this.at("VALUES")) return { recursive, tables, start, end };
    throw this.unexpected("SELECT", "VALUES");
  }

  #commonTable(): CommonTable {
    const { start } = this.token;
    const name = this.name();
    let columns: Name[] | null = null;
    if (this.accept("(")) {
      columns = this.nameList();
      this.expect(")");
    }
    this.expect("AS");
    let materialized: boolean | null = null;
    if (this.at("NOT") || this.at("MATERIALIZED")) {
      materialized = !this.accept("NOT");
      this.expect("MATERIALIZED");
    }
    this.expect("(");
    if (!this.atQuery()) throw this.unexpected("SELECT", "VALUES", "WITH");
    const tallest = this.tallest;
    const query = this.query();
    this.tallest = tallest;
    this.expect(")");
    return { kind: "commonTable", name, columns, materialized, query, start, end: this.lastEnd };
  }

  #compoundOperator(): Compound["operator"] | null {
    if (this.accept("UNION")) return this.accept("ALL") ? "unionAll" : "union";
    if (this.accept("INTERSECT")) return "intersect";
    return this.accept("EXCEPT") ? "except" : null;
  }

  #core(): Select | Values {
    if (this.at("VALUES")) return this.#values();
    if (!this.at("SELECT")) throw this.unexpected("SELECT", "VALUES");
    return this.#select();
  }

  #values(): Values {
    const { start } = this.advance();
    const rows: Expr[][] = [];
    do {
      this.expect("(");
      rows.push(this.expressions());
      this.expect(")");
    } while (this.accept(","));
    return { kind: "values", rows, start, end: this.lastEnd };
  }

  #select(): Select {
    const { start } = this.advance();
    const distinct = this.accept("DISTINCT");
    if (!distinct) this.accept("ALL");
    const columns = [this.#item()];
    while (this.accept(",")) columns.push(this.#item());
    const from = this.accept("FROM") ? this.fromList() : null;
    const where = this.accept("WHERE") ? this.expression() : null;
    let groupBy: Expr[] = [];
    if (this.accept("GROUP")) {
      this.expect("BY");
      groupBy = this.expressions();
    }
    const having = this.accept("HAVING") ? this.expression() : null;
    const windows = this.windowClause();
    return { kind: "select", distinct, columns, from, where, groupBy, having, windows, start, end: this.lastEnd };
  }

  #item(): SelectItem {
    const { start } = this.token;
    if (this.accept("*")) return { kind: "star", start, end: this.lastEnd };
    if (this.peek(1).code === "." && this.peek(2).code === "*" && !this.atExpressionKeyword()) {
      const table = this.name();
      this.advance();
      this.advance();
      return { kind: "tableStar", table, start, end: this.lastEnd };
    }
    const expr = this.expression();
    const text = this.#writtenUpTo(start);
    const alias = this.alias();
    return { kind: "item", expr, alias, text, start, end: this.lastEnd };
  }

  /** SQLite names a column after all text up to the next token, comments included, white space at the end removed. */
  #writtenUpTo(start: number): string {
    return this.text.slice(start, this.token.start).replace(/[ \t\n\v\f\r]+$/, "");
  }

  /** ORDER BY and LIMIT, which SQLite's grammar does not allow after VALUES. */
  #tail(body: QueryBody): Tail {
    if (body.kind === "values") return { orderBy: [], limit: null, offset: null };
    const orderBy = this.at("ORDER") ? this.orderTerms() : [];
    if (!this.accept("LIMIT")) return { orderBy, limit: null, offset: null };
    const first = this.expression();
    if (this.accept("OFFSET")) return { orderBy, limit: first, offset: this.expression() };
    if (this.accept(",")) return { orderBy, limit: this.expression(), offset: first };
    return { orderBy, limit: first, offset: null };
  }
}
