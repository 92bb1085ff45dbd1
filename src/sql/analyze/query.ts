import type { Compound, Expr, Query, QueryBody, Values } from "../tree.ts";
import type { Analysis } from "./analysis.ts";
import { DEPTH_MAX } from "./analysis.ts";
import type { AnalysedBody, AnalysedExpr, AnalysedOrder, AnalysedQuery, SourceColumn } from "./analysed.ts";
import { resultAffinity } from "./conversions.ts";
import { type CteDefinition, CteScope } from "./cte.ts";
import type { ExprContext } from "./expr_context.ts";
import { analyseExpr } from "./expressions.ts";
import type { OutputNames } from "./outputs.ts";
import { orderCompound, orderSelect } from "./order_by.ts";
import { Scope } from "./scope.ts";
import { analyseSelect, type SelectResult } from "./select.ts";
import { Unanalysable } from "./unanalysable.ts";
import { INTEGER, mergeTypes, TEXT } from "./value_type.ts";

interface Arm {
  readonly body: AnalysedBody;
  /** Row by row for VALUES, one entry for a SELECT, all arms for a compound. */
  readonly rows: readonly (readonly AnalysedExpr[])[];
  readonly names: readonly OutputNames[];
  /** Of the first arm, and of the last: which one counts depends on who reads. */
  readonly firstTypes: readonly (string | null)[];
  readonly lastTypes: readonly (string | null)[];
  readonly selects: readonly SelectResult[];
}

/** Analyses a query that stands inside `scope`, or a whole statement when that is `null`. */
export function analyseQuery(
  analysis: Analysis,
  query: Query,
  scope: Scope | null,
  outer: CteScope | null,
): AnalysedQuery {
  if (++analysis.depth > DEPTH_MAX) throw new Unanalysable("limit", "subqueries nest too deep");
  const ctes = new CteScope(outer);
  for (const table of query.with?.tables ?? []) {
    const definition: CteDefinition = {
      table,
      isView: false,
      scope,
      ctes,
      state: "fresh",
      recursion: null,
      result: null,
    };
    ctes.define(definition);
  }
  const arm = analyseBody(analysis, query.body, scope, ctes);
  const columns = innerColumns(arm);
  const orderBy = orderOf(query, arm, columns);
  const { limit, offset } = limits(analysis, query, ctes);
  analysis.depth--;
  return {
    kind: "query",
    ctes: ctes.used(),
    body: arm.body,
    columns,
    resultColumns: arm.names.map(({ result }, index) => ({
      name: result,
      declaredType: arm.firstTypes[index] ?? null,
    })),
    viewNames: arm.names.map((names) => names.view),
    orderBy,
    limit,
    offset,
  };
}

function orderOf(query: Query, arm: Arm, columns: readonly SourceColumn[]): AnalysedOrder[] {
  if (query.orderBy.length === 0) return [];
  const [only] = arm.selects;
  if (arm.body.kind === "select" && only !== undefined) return orderSelect(query.orderBy, only);
  return orderCompound(query.orderBy, columns, arm.selects);
}

function analyseBody(analysis: Analysis, body: QueryBody, scope: Scope | null, ctes: CteScope): Arm {
  switch (body.kind) {
    case "select": {
      const result = analyseSelect(analysis, body, scope, ctes);
      const types = result.outputs.map((output) => output.declaredType);
      return {
        body: result.select,
        rows: [result.select.outputs],
        names: result.outputs.map((output) => output.names),
        firstTypes: types,
        lastTypes: types,
        selects: [result],
      };
    }
    case "values":
      return analyseValues(analysis, body, scope, ctes);
    case "compound":
      return analyseCompound(analysis, body, scope, ctes);
  }
}

/** The context of an expression that has no FROM items of its own. */
function bareContext(analysis: Analysis, scope: Scope | null, ctes: CteScope): ExprContext {
  const own = new Scope(scope);
  const forbidden = { aggregates: "forbidden", windows: "forbidden", namedWindows: [] } as const;
  return { analysis, scope: own, ctes, ...forbidden, analyse: analyseExpr };
}

function analyseValues(analysis: Analysis, body: Values, scope: Scope | null, ctes: CteScope): Arm {
  const context = bareContext(analysis, scope, ctes);
  const rows = body.rows.map((row) => row.map((expr) => analyseExpr(context, expr)));
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw new Unanalysable("construct", "all VALUES must have the same number of terms");
  }
  const names = Array.from({ length: width }, (_, index): OutputNames => {
    const name = `column${index + 1}`;
    return { result: name, inner: name, view: name };
  });
  const types = names.map(() => null);
  return { body: { kind: "values", rows }, rows, names, firstTypes: types, lastTypes: types, selects: [] };
}

function analyseCompound(analysis: Analysis, body: Compound, scope: Scope | null, ctes: CteScope): Arm {
  const left = analyseBody(analysis, body.left, scope, ctes);
  const right = analyseBody(analysis, body.right, scope, ctes);
  if (left.names.length !== right.names.length) {
    throw new Unanalysable("construct", "SELECTs of a compound do not have the same number of result columns");
  }
  const rows = [...left.rows, ...right.rows];
  const collations = left.names.map((_, index) => firstCollation(rows, index));
  const { operator } = body;
  return {
    body: { kind: "compound", operator, left: left.body, right: right.body, collations },
    rows,
    names: left.names,
    firstTypes: left.firstTypes,
    lastTypes: right.lastTypes,
    selects: [...left.selects, ...right.selects],
  };
}

function firstCollation(rows: Arm["rows"], index: number): SourceColumn["collation"] {
  for (const row of rows) {
    const collation = row[index]?.collation ?? null;
    if (collation !== null) return collation;
  }
  return null;
}

function innerColumns(arm: Arm): SourceColumn[] {
  return arm.names.map((names, index) => {
    const arms = arm.rows.map((row) => row[index]!);
    const type = mergeTypes(arms.map((expr) => expr.type));
    requireAlike(arms);
    return {
      name: names.inner,
      type,
      affinity: resultAffinity(arms),
      collation: asOwn(firstCollation(arm.rows, index)),
      declaredType: arm.lastTypes[index] ?? null,
      hidden: false,
    };
  });
}

/** Refuses a column of a compound that SQLite reads by its first arm alone: as REAL, or compared by that arm's collation. */
function requireAlike(arms: readonly AnalysedExpr[]): void {
  const [first, ...others] = arms;
  if (first === undefined || others.length === 0) return;
  const becomesReal = arms.some((expr) => expr.affinity === "real");
  if (becomesReal && arms.some((expr) => expr.affinity !== "real" && (expr.type.classes & INTEGER) !== 0)) {
    throw new Unanalysable("type", "a compound's column of REAL joined by integers");
  }
  const collation = first.collation?.name ?? "BINARY";
  const isText = arms.some((expr) => (expr.type.classes & TEXT) !== 0);
  if (isText && others.some((expr) => (expr.collation?.name ?? "BINARY") !== collation)) {
    throw new Unanalysable("collation", "a compound's column whose arms compare differently");
  }
}

/** A subquery's column has a collation as a table's has: that of what it shows, BINARY by default, but never an explicit one. */
function asOwn(collation: SourceColumn["collation"]): SourceColumn["collation"] {
  return { name: collation?.name ?? "BINARY", explicit: false };
}

function limits(analysis: Analysis, query: Query, ctes: CteScope): { limit: bigint | null; offset: bigint } {
  if (query.limit === null) return { limit: null, offset: 0n };
  const context = bareContext(analysis, null, ctes);
  const limit = rowCount(context, query.limit);
  const offset = query.offset === null ? 0n : rowCount(context, query.offset);
  return { limit: limit < 0n ? null : limit, offset: offset < 0n ? 0n : offset };
}

function rowCount(context: ExprContext, expr: Expr): bigint {
  const value = analyseExpr(context, expr);
  if (value.kind !== "literal" || typeof value.value !== "bigint") {
    throw new Unanalysable("limit", "LIMIT and OFFSET that are not integer constants are not translated");
  }
  return value.value;
}
