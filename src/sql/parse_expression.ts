import { LOOSEST_LEVEL, NOT_LEVEL, OperandParser, PREFIX_LEVEL } from "./parse_operand.ts";
import type { Binary, BinaryOperator, Expr, InQuery, Like, Name } from "./tree.ts";

/**
 * SQLite's precedence, loosest first. An operator written with NOT (NOT LIKE, NOT IN, NOT BETWEEN, NOT NULL) binds like the
 * operator itself; all binary operators associate to the left. Level 6 is ESCAPE's, which only LIKE and its kin look for.
 */
const LEVEL = {
  or: LOOSEST_LEVEL,
  and: 2,
  not: NOT_LEVEL,
  equality: 4,
  comparison: 5,
  bits: 7,
  sum: 8,
  product: 9,
  concatenation: 10,
  collate: 11,
  prefix: PREFIX_LEVEL,
} as const;

interface Infix {
  readonly level: number;
  /** `null` for operators with a form of their own. */
  readonly operator: BinaryOperator | null;
}

const INFIX: ReadonlyMap<string, Infix> = new Map(
  ([
    [LEVEL.or, "or", "OR"],
    [LEVEL.and, "and", "AND"],
    [LEVEL.equality, "=", "="],
    [LEVEL.equality, "<>", "<>"],
    [LEVEL.comparison, "<", "<"],
    [LEVEL.comparison, "<=", "<="],
    [LEVEL.comparison, ">", ">"],
    [LEVEL.comparison, ">=", ">="],
    [LEVEL.bits, "&", "&"],
    [LEVEL.bits, "|", "|"],
    [LEVEL.bits, "<<", "<<"],
    [LEVEL.bits, ">>", ">>"],
    [LEVEL.sum, "+", "+"],
    [LEVEL.sum, "-", "-"],
    [LEVEL.product, "*", "*"],
    [LEVEL.product, "/", "/"],
    [LEVEL.product, "%", "%"],
    [LEVEL.concatenation, "||", "||"],
    [LEVEL.concatenation, "->", "->"],
    [LEVEL.concatenation, "->>", "->>"],
    [LEVEL.collate, null, "COLLATE"],
    ...["IS", "ISNULL", "NOTNULL", "NOT", "LIKE", "GLOB", "REGEXP", "MATCH", "BETWEEN", "IN"].map((code) =>
      [LEVEL.equality, null, code] as const
    ),
  ] as const).map(([level, operator, code]) => [code, { level, operator }]),
);

/** What may follow an infix NOT. */
const NEGATABLE: ReadonlySet<string> = new Set(["LIKE", "GLOB", "REGEXP", "MATCH", "BETWEEN", "IN", "NULL"]);

/** Parses expressions by precedence climbing; what a subquery and a window are is left to the classes below it. */
export abstract class ExpressionParser extends OperandParser {
  /** An operand followed by operators that bind at least as tightly as `level`. */
  protected override climb(level: number): Expr {
    this.enter();
    const { start } = this.token;
    let left = this.operand();
    let height = this.height;
    for (;;) {
      const token = this.token;
      const infix = INFIX.get(token.code);
      if (infix === undefined || infix.level < level) break;
      const outer = this.tallest;
      this.tallest = height;
      const next = infix.operator === null
        ? this.#special(left, start)
        : this.#binary(left, infix.operator, infix.level, start);
      if (next === null) {
        this.tallest = outer;
        break;
      }
      left = next;
      height = this.tallest + 1;
      this.tallest = outer;
      this.built(height, token);
    }
    this.height = height;
    this.leave();
    return left;
  }

  /** An expression that only computes: what may stand before an AND that is not its own. */
  protected computation(): Expr {
    return this.climb(LEVEL.sum);
  }

  /** A right operand; its height counts towards the operator's. */
  #rightOperand(level: number): Expr {
    const expr = this.climb(level);
    this.tallest = Math.max(this.tallest, this.height);
    return expr;
  }

  #binary(left: Expr, operator: BinaryOperator, level: number, start: number): Binary {
    this.advance();
    const right = this.#rightOperand(level + 1);
    return { kind: "binary", operator, left, right, start, end: this.lastEnd };
  }

  /** The operators with a form of their own; `null` if the NOT here is none of them. */
  #special(operand: Expr, start: number): Expr | null {
    const negated = this.at("NOT");
    if (negated) {
      if (!NEGATABLE.has(this.peek(1).code)) return null;
      this.advance();
    }
    const { code } = this.advance();
    switch (code) {
      case "ISNULL":
        return { kind: "nullTest", operand, negated: false, start, end: this.lastEnd };
      case "NOTNULL":
      case "NULL":
        return { kind: "nullTest", operand, negated: true, start, end: this.lastEnd };
      case "COLLATE": {
        const collation = this.identifierOrString();
        return { kind: "collate", operand, collation, start, end: this.lastEnd };
      }
      case "BETWEEN": {
        const low = this.#rightOperand(LEVEL.not);
        this.expect("AND");
        const high = this.#rightOperand(LEVEL.comparison);
        return { kind: "between", operand, low, high, negated, start, end: this.lastEnd };
      }
      case "IN":
        return this.#in(operand, negated, start);
      case "IS":
        return this.#is(operand, start);
      default:
        return this.#like(operand, code.toLowerCase() as Like["operator"], negated, start);
    }
  }

  #is(operand: Expr, start: number): Expr {
    let negated = this.accept("NOT");
    if (this.accept("DISTINCT")) {
      this.expect("FROM");
      negated = !negated;
    }
    const right = this.#rightOperand(LEVEL.comparison);
    const end = this.lastEnd;
    if (right.kind === "literal" && right.value.class === "null") {
      return { kind: "nullTest", operand, negated, start, end };
    }
    return { kind: "binary", operator: negated ? "isNot" : "is", left: operand, right, start, end };
  }

  #like(operand: Expr, operator: Like["operator"], negated: boolean, start: number): Like {
    const pattern = this.#rightOperand(LEVEL.comparison);
    const escape = this.accept("ESCAPE") ? this.#rightOperand(LEVEL.comparison) : null;
    return { kind: "like", operator, operand, pattern, escape, negated, start, end: this.lastEnd };
  }

  #in(operand: Expr, negated: boolean, start: number): Expr {
    if (!this.at("(")) {
      const query = this.#tableAsQuery();
      return { kind: "inQuery", operand, query, negated, start, end: this.lastEnd };
    }
    this.advance();
    if (this.atQuery()) {
      const query = this.query();
      this.expect(")");
      return { kind: "inQuery", operand, query, negated, start, end: this.lastEnd };
    }
    const items = this.at(")") ? [] : this.expressions();
    this.expect(")");
    const [only] = items;
    // SQLite reads `x IN ((SELECT …))` as a test against all rows of the query, not against its first value.
    if (items.length === 1 && only?.kind === "scalarQuery") {
      return { kind: "inQuery", operand, query: only.query, negated, start, end: this.lastEnd };
    }
    return { kind: "inList", operand, items, negated, start, end: this.lastEnd };
  }

  /** `x IN table` and `x IN function(…)`, as SELECT * FROM it. */
  #tableAsQuery(): InQuery["query"] {
    const { start } = this.token;
    let name = this.name();
    let schema: Name | null = null;
    if (this.accept(".")) [schema, name] = [name, this.name()];
    const list = this.at("(") ? this.parenthesisedList() : [];
    const span = { start, end: this.lastEnd };
    const from = list.length > 0
      ? { kind: "tableFunction", schema, name, arguments: list, alias: null, ...span } as const
      : { kind: "table", schema, name, alias: null, indexed: null, ...span } as const;
    return {
      kind: "query",
      with: null,
      body: {
        kind: "select",
        distinct: false,
        columns: [{ kind: "star", ...span }],
        from,
        where: null,
        groupBy: [],
        having: null,
        windows: [],
        ...span,
      },
      orderBy: [],
      limit: null,
      offset: null,
      ...span,
    };
  }
}
