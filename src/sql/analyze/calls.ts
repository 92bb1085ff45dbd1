import type { Expr, FrameBound, FunctionCall, OrderTerm, WindowFrame, WindowSpec } from "../tree.ts";
import type { AnalysedBound, AnalysedExpr, AnalysedFrame, SortKey } from "./analysed.ts";
import { inheritedCollation } from "./conversions.ts";
import { type ExprContext, plain } from "./expr_context.ts";
import { arityFits, functionType, isAggregate, isWindowOnly } from "./function_types.ts";
import { foldName } from "../fold_name.ts";
import { Unanalysable } from "./unanalysable.ts";
import { queryOf, someExpr } from "./walk.ts";

/** Resolves a function call: scalar, aggregate or over a window. */
export function analyseCall(context: ExprContext, call: FunctionCall): AnalysedExpr {
  const name = foldName(call.name.text);
  const written = call.arguments === "star" ? [] : call.arguments;
  if (name.startsWith("_rhei_")) throw new Unanalysable("function", `no such function: ${name}`);
  if (call.over !== null) return analyseWindowCall(context, call, name, written);
  if (isWindowOnly(name)) throw new Unanalysable("window", `misuse of window function ${name}()`);
  if (call.arguments === "star" && name !== "count") {
    throw new Unanalysable("function", `wrong number of arguments to function ${name}()`);
  }
  if (isAggregate(name, written.length)) return analyseAggregate(context, call, name, written);
  if (call.filter !== null || call.distinct || call.orderBy.length > 0) {
    throw new Unanalysable("aggregate", `FILTER, DISTINCT or ORDER BY with ${name}(), which is no aggregate`);
  }
  const args = written.map((arg) => context.analyse(context, arg));
  checkArity(name, args.length, "scalar");
  const type = functionType(name, args, "scalar");
  return { kind: "function", name, arguments: args, ...plain(call, type, inheritedCollation(args)) };
}

function checkArity(name: string, count: number, role: "scalar" | "aggregate" | "window"): void {
  if (!arityFits(name, count, role)) {
    throw new Unanalysable("function", `wrong number of arguments to function ${name}()`);
  }
}

function analyseAggregate(
  context: ExprContext,
  call: FunctionCall,
  name: string,
  written: readonly Expr[],
): AnalysedExpr {
  if (context.aggregates === "forbidden") {
    throw new Unanalysable("aggregate", `misuse of aggregate ${name}()`);
  }
  const inside: ExprContext = { ...context, aggregates: "forbidden", windows: "forbidden" };
  const args = written.map((arg) => inside.analyse(inside, arg));
  checkArity(name, args.length, "aggregate");
  const filter = call.filter === null ? null : inside.analyse(inside, call.filter);
  const orderBy = sortKeys(inside, call.orderBy);
  rejectOuterAggregate(args, name);
  const type = functionType(name, args, "aggregate");
  const { distinct } = call;
  const collation = inheritedCollation(args);
  return { kind: "aggregate", name, arguments: args, distinct, filter, orderBy, ...plain(call, type, collation) };
}

/** An aggregate over columns of an enclosing query alone belongs to that query. */
function rejectOuterAggregate(args: readonly AnalysedExpr[], name: string): void {
  const own = args.some((arg) => someExpr(arg, (inner) => inner.kind === "column" && inner.depth === 0));
  const outer = args.some((arg) =>
    someExpr(arg, (inner) => (inner.kind === "column" && inner.depth > 0) || queryOf(inner) !== null)
  );
  if (outer && !own) throw new Unanalysable("aggregate", `${name}() over columns of an enclosing query`);
}

function analyseWindowCall(
  context: ExprContext,
  call: FunctionCall,
  name: string,
  written: readonly Expr[],
): AnalysedExpr {
  if (context.windows === "forbidden") throw new Unanalysable("window", `misuse of window function ${name}()`);
  if (!isWindowOnly(name) && !isAggregate(name, written.length)) {
    throw new Unanalysable("window", `${name}() may not be used as a window function`);
  }
  if (call.distinct || call.orderBy.length > 0) {
    throw new Unanalysable("window", "DISTINCT or ORDER BY inside a window function");
  }
  const inside: ExprContext = { ...context, windows: "forbidden" };
  const args = written.map((arg) => inside.analyse(inside, arg));
  checkArity(name, args.length, "window");
  const spec = windowSpec(context, call.over!);
  const filter = call.filter === null ? null : inside.analyse(inside, call.filter);
  return {
    kind: "window",
    name,
    arguments: args,
    filter,
    partitionBy: spec.partitionBy.map((expr) => inside.analyse(inside, expr)),
    orderBy: sortKeys(inside, spec.orderBy),
    frame: spec.frame === null ? null : analyseFrame(inside, spec.frame),
    ...plain(call, functionType(name, args, "window"), inheritedCollation(args)),
  };
}

type ResolvedSpec = Pick<WindowSpec, "partitionBy" | "orderBy" | "frame">;

/** A window's parts, those of the windows it builds on filled in. */
function windowSpec(context: ExprContext, over: NonNullable<FunctionCall["over"]>): ResolvedSpec {
  if ("text" in over) return namedWindow(context, over);
  if (over.base === null) return over;
  const base = namedWindow(context, over.base);
  if (base.frame !== null || over.partitionBy.length > 0 || (base.orderBy.length > 0 && over.orderBy.length > 0)) {
    throw new Unanalysable("window", `cannot override window "${over.base.text}"`);
  }
  const orderBy = base.orderBy.length > 0 ? base.orderBy : over.orderBy;
  return { partitionBy: base.partitionBy, orderBy, frame: over.frame };
}

function namedWindow(context: ExprContext, name: { text: string; start: number; end: number }): ResolvedSpec {
  const index = context.namedWindows.findIndex((entry) => foldName(entry.name.text) === foldName(name.text));
  const found = context.namedWindows[index];
  if (found === undefined) throw new Unanalysable("window", `no such window: ${name.text}`);
  // A window may build only on those defined before it, which also keeps this from turning in circles.
  return windowSpec({ ...context, namedWindows: context.namedWindows.slice(0, index) }, found.spec);
}

/** The sort keys inside an aggregate or window; ordinals mean nothing there. */
function sortKeys(context: ExprContext, terms: readonly OrderTerm[]): SortKey[] {
  return terms.map((term) => ({
    expr: context.analyse(context, term.expr),
    descending: term.descending,
    nulls: term.nulls ?? (term.descending ? "last" : "first"),
  }));
}

function analyseFrame(context: ExprContext, frame: WindowFrame): AnalysedFrame {
  const { unit, exclude } = frame;
  return { unit, exclude, from: analyseBound(context, frame.from), to: analyseBound(context, frame.to) };
}

function analyseBound(context: ExprContext, bound: FrameBound): AnalysedBound {
  if (bound.kind !== "preceding" && bound.kind !== "following") return { kind: bound.kind };
  const offset = context.analyse(context, bound.offset);
  if (offset.kind !== "literal") throw new Unanalysable("window", "a frame bound that is not a constant");
  return { kind: bound.kind, offset: offset.value };
}
