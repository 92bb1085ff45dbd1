import type { ExactValue } from "../../types/mod.ts";
import type { Expr, NamedWindow, Query, Span } from "../tree.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalysedExpr, AnalysedQuery, Collation, Typed } from "./analysed.ts";
import type { CteScope } from "./cte.ts";
import type { Scope } from "./scope.ts";
import { literalType, type ValueType } from "./value_type.ts";

/** Where an expression stands, and what is allowed there. */
export interface ExprContext {
  readonly analysis: Analysis;
  readonly scope: Scope;
  readonly ctes: CteScope;
  /** `forbidden` also in the argument of another aggregate. */
  readonly aggregates: "allowed" | "forbidden";
  readonly windows: "allowed" | "forbidden";
  readonly namedWindows: readonly NamedWindow[];
  /** Analyses an expression that stands here; passed in, because calls hold expressions and expressions hold calls. */
  readonly analyse: (context: ExprContext, expr: Expr) => AnalysedExpr;
}

/** An expression's attributes where SQLite gives it neither affinity nor, unless inherited, a collation. */
export function plain(span: Span, type: ValueType, collation: Collation | null = null): Typed {
  return { type, affinity: null, collation, start: span.start, end: span.end };
}

/** A constant. */
export function literal(value: ExactValue, span: Span): AnalysedExpr {
  return { kind: "literal", value, ...plain(span, literalType(value)) };
}

/** Analyses a query that stands inside an expression. */
export function subquery(context: ExprContext, query: Query): AnalysedQuery {
  return context.analysis.analyseQuery(context.analysis, query, context.scope, context.ctes);
}
