/**
 * rhei's own query tree: what a SELECT says, in SQLite's dialect, without what it means. Nodes are immutable and told apart by
 * `kind`; every node carries its span, so that an error can point at it.
 */

/** A stretch of the statement's text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A name as written. `quote` matters: SQLite reads a double-quoted name that resolves to nothing as a string. */
export interface Name extends Span {
  readonly text: string;
  readonly quote: '"' | "`" | "[" | "'" | null;
}

/** A whole SELECT or VALUES statement, or a subquery. */
export interface Query extends Span {
  readonly kind: "query";
  readonly with: With | null;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderTerm[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
}

export interface With extends Span {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable extends Span {
  readonly kind: "commonTable";
  readonly name: Name;
  /** `null` when no column list is given. */
  readonly columns: readonly Name[] | null;
  readonly materialized: boolean | null;
  readonly query: Query;
}

export type QueryBody = Select | Values | Compound;

export interface Select extends Span {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly columns: readonly SelectItem[];
  readonly from: FromItem | null;
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[];
  readonly having: Expr | null;
  readonly windows: readonly NamedWindow[];
}

export interface Values extends Span {
  readonly kind: "values";
  readonly rows: readonly (readonly Expr[])[];
}

export interface Compound extends Span {
  readonly kind: "compound";
  readonly operator: "union" | "unionAll" | "intersect" | "except";
  /** Compounds associate to the left. */
  readonly left: QueryBody;
  readonly right: Select | Values;
}

export type SelectItem =
  | { readonly kind: "star"; readonly start: number; readonly end: number }
  | { readonly kind: "tableStar"; readonly table: Name; readonly start: number; readonly end: number }
  | {
    readonly kind: "item";
    readonly expr: Expr;
    readonly alias: Name | null;
    /** The expression's text exactly as written: SQLite's column name when there is no alias. */
    readonly text: string;
    readonly start: number;
    readonly end: number;
  };

export interface OrderTerm extends Span {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls: "first" | "last" | null;
}

export type FromItem = TableRef | SubqueryRef | TableFunctionRef | Join;

export interface TableRef extends Span {
  readonly kind: "table";
  readonly schema: Name | null;
  readonly name: Name;
  readonly alias: Name | null;
  /** INDEXED BY name, NOT INDEXED, or neither: hints to SQLite's planner only. */
  readonly indexed: Name | "not" | null;
  /** FOR SYSTEM_TIME: versions of the table's rows instead of its present rows. */
  readonly systemTime?: SystemTime;
}

/** Which versions of a table's rows are asked for; the span is that of the whole clause. Times are constants. */
export type SystemTime =
  & Span
  & (
    | { readonly kind: "asOf"; readonly at: Expr }
    | { readonly kind: "between"; readonly from: Expr; readonly to: Expr }
    | { readonly kind: "all" }
  );

export interface SubqueryRef extends Span {
  readonly kind: "subquery";
  readonly query: Query;
  readonly alias: Name | null;
}

export interface TableFunctionRef extends Span {
  readonly kind: "tableFunction";
  readonly schema: Name | null;
  readonly name: Name;
  readonly arguments: readonly Expr[];
  readonly alias: Name | null;
}

export interface Join extends Span {
  readonly kind: "join";
  /** `comma` is an inner join that binds as SQLite's comma does; `cross` also fixes SQLite's join order. */
  readonly type: "comma" | "inner" | "cross" | "left" | "right" | "full";
  readonly natural: boolean;
  readonly left: FromItem;
  readonly right: FromItem;
  readonly on: Expr | null;
  /** `null` when there is no USING. */
  readonly using: readonly Name[] | null;
  /** Alias of a whole join in parentheses, `(a JOIN b) AS c`; absent otherwise. Columns answer to it and to their own tables. */
  readonly alias?: Name;
}

export interface NamedWindow extends Span {
  readonly name: Name;
  readonly spec: WindowSpec;
}

export interface WindowSpec extends Span {
  /** The window this one builds on. */
  readonly base: Name | null;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderTerm[];
  readonly frame: WindowFrame | null;
}

export interface WindowFrame extends Span {
  readonly unit: "rows" | "range" | "groups";
  readonly from: FrameBound;
  /** The default, CURRENT ROW, is filled in when only one bound is written. */
  readonly to: FrameBound;
  /** `null` when not written. SQLite computes a frame with an EXCLUDE clause, even that of NO OTHERS, in another way: its sums round otherwise. */
  readonly exclude: "noOthers" | "currentRow" | "group" | "ties" | null;
}

export type FrameBound =
  | { readonly kind: "unboundedPreceding" }
  | { readonly kind: "preceding"; readonly offset: Expr }
  | { readonly kind: "currentRow" }
  | { readonly kind: "following"; readonly offset: Expr }
  | { readonly kind: "unboundedFollowing" };

export type BinaryOperator =
  | "or"
  | "and"
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "is"
  | "isNot"
  | "&"
  | "|"
  | "<<"
  | ">>"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "||"
  | "->"
  | "->>";

export type Expr =
  | Literal
  | ColumnRef
  | Parameter
  | CurrentTime
  | Unary
  | Binary
  | NullTest
  | Between
  | Like
  | InList
  | InQuery
  | Exists
  | ScalarQuery
  | Case
  | Cast
  | Collate
  | FunctionCall
  | RowValue
  | Raise;

/** A constant. A sign is never part of it, except that `-9223372036854775808` is one literal as in SQLite. */
export interface Literal extends Span {
  readonly kind: "literal";
  readonly value:
    | { readonly class: "null" }
    /** Decimal beyond 64 bits is REAL; hexadecimal is two's complement, beyond 64 bits refused. */
    | { readonly class: "integer"; readonly value: bigint }
    | { readonly class: "real"; readonly value: number }
    | { readonly class: "text"; readonly value: string }
    | { readonly class: "blob"; readonly value: Uint8Array };
}

/** `true` and `false` are column references too: SQLite reads them as 1 and 0 only where no such column exists. */
export interface ColumnRef extends Span {
  readonly kind: "column";
  readonly schema: Name | null;
  readonly table: Name | null;
  readonly name: Name;
}

export interface Parameter extends Span {
  readonly kind: "parameter";
  /** As SQLite numbers them, from 1: `?` takes the next number, a repeated name its first one. */
  readonly index: number;
  /** With its prefix (`:a`, `@a`, `$a`, `?3`), `null` for a plain `?`. */
  readonly name: string | null;
}

export interface CurrentTime extends Span {
  readonly kind: "currentTime";
  readonly what: "date" | "time" | "timestamp";
}

export interface Unary extends Span {
  readonly kind: "unary";
  readonly operator: "not" | "-" | "+" | "~";
  readonly operand: Expr;
}

export interface Binary extends Span {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
}

/** ISNULL, IS NULL, NOTNULL, NOT NULL, IS NOT NULL. */
export interface NullTest extends Span {
  readonly kind: "nullTest";
  readonly operand: Expr;
  readonly negated: boolean;
}

export interface Between extends Span {
  readonly kind: "between";
  readonly operand: Expr;
  readonly low: Expr;
  readonly high: Expr;
  readonly negated: boolean;
}

export interface Like extends Span {
  readonly kind: "like";
  readonly operator: "like" | "glob" | "regexp" | "match";
  readonly operand: Expr;
  readonly pattern: Expr;
  readonly escape: Expr | null;
  readonly negated: boolean;
}

export interface InList extends Span {
  readonly kind: "inList";
  readonly operand: Expr;
  readonly items: readonly Expr[];
  readonly negated: boolean;
}

/** `x IN (SELECT …)`, and `x IN table` as `x IN (SELECT * FROM table)`. */
export interface InQuery extends Span {
  readonly kind: "inQuery";
  readonly operand: Expr;
  readonly query: Query;
  readonly negated: boolean;
}

export interface Exists extends Span {
  readonly kind: "exists";
  readonly query: Query;
}

export interface ScalarQuery extends Span {
  readonly kind: "scalarQuery";
  readonly query: Query;
}

export interface Case extends Span {
  readonly kind: "case";
  readonly operand: Expr | null;
  readonly branches: readonly { readonly when: Expr; readonly then: Expr }[];
  readonly else: Expr | null;
}

export interface Cast extends Span {
  readonly kind: "cast";
  readonly operand: Expr;
  /** As written, tokens joined by one space; may be empty. */
  readonly type: string;
}

export interface Collate extends Span {
  readonly kind: "collate";
  readonly operand: Expr;
  readonly collation: Name;
}

export interface FunctionCall extends Span {
  readonly kind: "function";
  readonly name: Name;
  readonly distinct: boolean;
  /** `"star"` for `f(*)`. */
  readonly arguments: readonly Expr[] | "star";
  /** ORDER BY inside the parentheses (SQLite 3.44). */
  readonly orderBy: readonly OrderTerm[];
  readonly filter: Expr | null;
  readonly over: Name | WindowSpec | null;
}

/** `(a, b)` with two or more members. */
export interface RowValue extends Span {
  readonly kind: "rowValue";
  readonly items: readonly Expr[];
}

/** RAISE(…), allowed only in triggers; kept so that it can be refused by name. */
export interface Raise extends Span {
  readonly kind: "raise";
}
