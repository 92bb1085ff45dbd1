import { Unanalysable } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import type { PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { ARITHMETIC, bitNot, castTo, negate, scalarFunction } from "../kernels/mod.ts";
import { compileCase } from "./cases.ts";
import { truthValue } from "./conditions.ts";
import { boxed, finite, isNumericRep, literal, textOf, toReal, unboxed } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import { callCollation } from "../plan/expr_facts.ts";
import { exprKey } from "../plan/expr_key.ts";
import { eitherNull, EXACT_MAX, type Fragment, NULL_FRAGMENT } from "./fragment.ts";
import { lookUp } from "./lookup.ts";
import { utf8Function } from "./text_functions.ts";

/** Emits what computes an expression, once per scope however often it is asked for. */
export function compile(e: Emitter, expr: PlanExpr): Fragment {
  if (expr.kind === "column") return e.column(expr.id);
  return e.memo(
    exprKey(expr),
    () => expr.kind === "literal" ? literal(e, expr.value) : lookUp(e, expr) ?? compileNode(e, expr),
  );
}

function compileNode(e: Emitter, expr: Exclude<PlanExpr, PlanExprOf<"column" | "literal">>): Fragment {
  switch (expr.kind) {
    case "logic":
    case "not":
    case "truthTest":
    case "nullTest":
    case "compare":
    case "like":
    case "inList":
      return truthValue(e, expr);
    case "unary":
      return unary(e, expr);
    case "arithmetic":
      return arithmetic(e, expr);
    case "case":
      return compileCase(e, expr.branches, expr.else);
    case "cast":
      return cast(e, expr);
    case "function":
      return call(e, expr);
  }
}

function unary(e: Emitter, expr: PlanExprOf<"unary">): Fragment {
  const operand = compile(e, expr.operand);
  if (expr.operator === "+" || operand.rep === "null") return operand;
  if (expr.operator === "~") {
    return unboxed(e, `${e.bind("bitNot", bitNot)}(${boxed(e, operand)})`, expr.type.classes);
  }
  if (operand.rep === "int" || operand.rep === "real") {
    const range = operand.range === null ? null : { least: -operand.range.most, most: -operand.range.least };
    // 0 - x, as SQLite computes it: never -0.
    return constant(e, `0 - ${operand.code}`, operand.isNull, operand.rep, range);
  }
  return unboxed(e, `${e.bind("negate", negate)}(${boxed(e, operand)})`, expr.type.classes);
}

function constant(
  e: Emitter,
  value: string,
  isNull: string | null,
  rep: "int" | "real",
  range: ValueRange | null,
): Fragment {
  const name = e.fresh("v");
  e.line(`const ${name} = ${value};`);
  return { rep, code: name, isNull, range };
}

function arithmetic(e: Emitter, expr: PlanExprOf<"arithmetic">): Fragment {
  const left = compile(e, expr.left);
  const right = compile(e, expr.right);
  if (left.rep === "null" || right.rep === "null") return NULL_FRAGMENT;
  const isText = (fragment: Fragment) => fragment.rep === "text" || fragment.rep === "string";
  if (expr.operator === "||" && isText(left) && isText(right)) {
    const name = e.fresh("s");
    e.line(`const ${name} = ${textOf(e, left)} + ${textOf(e, right)};`);
    return { rep: "string", code: name, isNull: eitherNull(left.isNull, right.isNull) };
  }
  if (isNumericRep(left.rep) && isNumericRep(right.rep)) {
    const typed = left.rep === "int" && right.rep === "int"
      ? integerArithmetic(e, expr.operator, left, right)
      : left.rep === "number" || right.rep === "number"
      ? null
      : realArithmetic(e, expr.operator, toReal(left), toReal(right));
    if (typed !== null) return typed;
  }
  const kernel = e.bind("op", ARITHMETIC[expr.operator]);
  return unboxed(e, `${kernel}(${boxed(e, left)}, ${boxed(e, right)})`, expr.type.classes);
}

type Numeric = Extract<Fragment, { readonly rep: "int" | "real" }>;

/** What four products or sums of bounds span. */
function span(values: readonly number[]): ValueRange {
  return { least: Math.min(...values), most: Math.max(...values) };
}

function combine(operator: string, a: ValueRange, b: ValueRange): ValueRange | null {
  switch (operator) {
    case "+":
      return { least: a.least + b.least, most: a.most + b.most };
    case "-":
      return { least: a.least - b.most, most: a.most - b.least };
    case "*":
      return span([a.least * b.least, a.least * b.most, a.most * b.least, a.most * b.most]);
    default:
      return null;
  }
}

/** Exact where the ranges prove that no result leaves ±2^53; `null` where they do not. */
function integerArithmetic(e: Emitter, operator: string, left: Numeric, right: Numeric): Fragment | null {
  const a = left.range;
  const b = right.range;
  if (a === null || b === null) return null;
  const isNull = eitherNull(left.isNull, right.isNull);
  const within = (range: ValueRange, bound: number) => range.least >= -bound && range.most <= bound;
  switch (operator) {
    case "+":
    case "-":
    case "*": {
      const range = combine(operator, a, b)!;
      // Bounds are doubles, too: beyond the greatest exact integer one may have been rounded down to it.
      if (!within(range, EXACT_MAX - 1)) return null;
      // Adding 0 turns the -0 of 0 * -1 into 0.
      const value = operator === "*" ? `${left.code} * ${right.code} + 0` : `${left.code} ${operator} ${right.code}`;
      return constant(e, value, isNull, "int", range);
    }
    case "/": {
      // Below 2^51 the rounding of a quotient never reaches the next integer.
      if (!within(a, 2 ** 51)) return null;
      const most = Math.max(Math.abs(a.least), Math.abs(a.most));
      const zero = `${right.code} === 0`;
      const value = `${zero} ? 0 : Math.trunc(${left.code} / ${right.code}) + 0`;
      const tests = eitherNull(isNull, b.least > 0 || b.most < 0 ? null : zero);
      return constant(e, value, tests, "int", { least: -most, most });
    }
    case "%": {
      const most = Math.min(
        Math.max(Math.abs(a.least), Math.abs(a.most)),
        Math.max(Math.abs(b.least), Math.abs(b.most)),
      );
      const zero = `${right.code} === 0`;
      const tests = eitherNull(isNull, b.least > 0 || b.most < 0 ? null : zero);
      return constant(e, `${zero} ? 0 : ${left.code} % ${right.code} + 0`, tests, "int", { least: -most, most });
    }
    case "&":
    case "|": {
      if (!within(a, 2 ** 31 - 1) || !within(b, 2 ** 31 - 1)) return null;
      return constant(e, `${left.code} ${operator} ${right.code}`, isNull, "int", {
        least: -(2 ** 31),
        most: 2 ** 31 - 1,
      });
    }
    default:
      return null;
  }
}

function realArithmetic(e: Emitter, operator: string, left: Fragment, right: Fragment): Fragment | null {
  if (left.rep !== "real" || right.rep !== "real") return null;
  const isNull = eitherNull(left.isNull, right.isNull);
  switch (operator) {
    case "+":
    case "-":
    case "*": {
      const combined = left.range === null || right.range === null ? null : combine(operator, left.range, right.range);
      const range = combined === null ? null : finite(combined.least, combined.most);
      const result = constant(e, `${left.code} ${operator} ${right.code}`, isNull, "real", range);
      // Only infinities give NaN, which SQLite reads as NULL.
      return range !== null ? result : { ...result, isNull: eitherNull(isNull, `${result.code} !== ${result.code}`) };
    }
    case "/": {
      const result = constant(e, `${left.code} / ${right.code}`, isNull, "real", null);
      const tests = eitherNull(isNull, `${right.code} === 0`, `${result.code} !== ${result.code}`);
      return { ...result, isNull: tests };
    }
    default:
      return null;
  }
}

function cast(e: Emitter, expr: PlanExprOf<"cast">): Fragment {
  const operand = compile(e, expr.operand);
  if (operand.rep === "null") return operand;
  if (expr.to === "real" && (operand.rep === "int" || operand.rep === "real")) return toReal(operand);
  if (expr.to === "integer" || expr.to === "numeric") {
    if (operand.rep === "int") return operand;
    if (expr.to === "integer" && operand.rep === "real" && operand.range !== null) {
      const { least, most } = operand.range;
      if (least >= -EXACT_MAX && most <= EXACT_MAX) {
        return constant(e, `Math.trunc(${operand.code}) + 0`, operand.isNull, "int", {
          least: Math.trunc(least),
          most: Math.trunc(most),
        });
      }
    }
  }
  if (expr.to === "text" && (operand.rep === "text" || operand.rep === "string")) return operand;
  return unboxed(e, `${e.bind("castTo", castTo)}(${boxed(e, operand)}, "${expr.to}")`, expr.type.classes);
}

const LENGTH_RANGE: ValueRange = { least: 0, most: 2 ** 31 };

/** Ranges of functions that give INTEGERs. */
const RESULT_RANGES: Readonly<Record<string, ValueRange>> = {
  length: LENGTH_RANGE,
  octet_length: LENGTH_RANGE,
  instr: LENGTH_RANGE,
  unicode: { least: 0, most: 0x10ffff },
  sign: { least: -1, most: 1 },
  json_array_length: LENGTH_RANGE,
  json_valid: { least: 0, most: 1 },
};

function call(e: Emitter, expr: PlanExprOf<"function">): Fragment {
  const { name } = expr;
  const [first, second, third] = expr.arguments;
  switch (name) {
    case "coalesce":
    case "ifnull": {
      const branches = expr.arguments.slice(0, -1).map((argument) => ({ when: notNull(argument), then: argument }));
      return compileCase(e, branches, expr.arguments.at(-1)!);
    }
    case "iif":
      // libSQL knows iif() with three arguments only.
      if (third === undefined) break;
      return compileCase(e, [{ when: first!, then: second! }], third);
    case "likely":
    case "unlikely":
    case "likelihood":
      return compile(e, first!);
    case "abs": {
      const operand = compile(e, first!);
      if (operand.rep === "null") return operand;
      if (operand.rep === "int" || operand.rep === "real") {
        const { range } = operand;
        const most = range === null ? null : Math.max(Math.abs(range.least), Math.abs(range.most));
        return constant(
          e,
          `Math.abs(${operand.code})`,
          operand.isNull,
          operand.rep,
          most === null ? null : { least: 0, most },
        );
      }
    }
  }
  return generalCall(e, expr);
}

function notNull(operand: PlanExpr): PlanExpr {
  return {
    kind: "nullTest",
    operand,
    negated: true,
    type: { classes: 1, nullable: false, canonical: true, truth: true },
    affinity: null,
    collation: null,
  };
}

function generalCall(e: Emitter, expr: PlanExprOf<"function">): Fragment {
  const implementation = scalarFunction(expr.name, expr.arguments.length, callCollation(expr));
  if (implementation === null) throw new Unanalysable("function", `function ${expr.name}() is not implemented`);
  const range = RESULT_RANGES[expr.name] ?? null;
  const bytewise = utf8Function(e, expr, range);
  if (bytewise !== null) return bytewise;
  const args = expr.arguments.map((argument) => boxed(e, compile(e, argument)));
  const kernel: (args: readonly ExactValue[]) => ExactValue = implementation;
  const value = `${e.bind("scalar", kernel)}([${args.join(", ")}])`;
  return unboxed(e, value, expr.type.classes, range);
}
