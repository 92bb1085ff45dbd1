import { invariant } from "../../../errors/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import type { PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import {
  applyNumeric,
  applyText,
  collationKey,
  compareText,
  compareValues,
  compileGlob,
  compileGlobUtf8,
  compileLike,
  compileLikeUtf8,
  textOf as readAsText,
  truth,
} from "../kernels/mod.ts";
import { boxed, isNumericRep, literal, textOf } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import { eitherNull, type Fragment } from "./fragment.ts";
import { lookUpCondition } from "./lookup.ts";
import { compareAsRanks, compareAsUtf8, utf8Arguments, utf8Operand } from "./utf8_operand.ts";
import { Utf8Texts } from "./utf8_texts.ts";

/** A test: `holds` is a JavaScript boolean expression, meaningless where `isNull`. */
interface Test {
  readonly holds: string;
  readonly isNull: string | null;
}

/** A JavaScript boolean expression that is true exactly where the expression is not NULL and as true as `wanted` says. */
export function condition(e: Emitter, expr: PlanExpr, wanted: boolean): string {
  switch (expr.kind) {
    case "not":
      return condition(e, expr.operand, !wanted);
    case "logic": {
      const looked = lookUpCondition(e, expr, wanted);
      if (looked !== null) return looked;
      const left = condition(e, expr.left, wanted);
      const right = condition(e, expr.right, wanted);
      return `(${left} ${(expr.operator === "and") === wanted ? "&&" : "||"} ${right})`;
    }
    case "truthTest": {
      const held = condition(e, expr.operand, expr.wanted);
      return expr.negated === wanted ? `!${held}` : held;
    }
    case "nullTest": {
      const isNull = e.compile(expr.operand).isNull ?? "false";
      return expr.negated === wanted ? `!(${isNull})` : `(${isNull})`;
    }
    case "compare":
    case "like":
    case "inList":
      return lookUpCondition(e, expr, wanted) ?? asCondition(test(e, expr), wanted);
    default:
      return lookUpCondition(e, expr, wanted) ?? asCondition(truthTestOf(e, e.compile(expr)), wanted);
  }
}

function asCondition({ holds, isNull }: Test, wanted: boolean): string {
  const held = wanted ? `${holds}` : `!${holds}`;
  return isNull === null ? held : `(!(${isNull}) && ${held})`;
}

/** The 0, 1 or NULL a test gives. */
export function truthValue(e: Emitter, expr: PlanExpr): Fragment {
  const holds = e.fresh("h");
  e.line(`const ${holds} = ${condition(e, expr, true)} ? 1 : 0;`);
  const range = { least: 0, most: 1 };
  if (!expr.type.nullable) return { rep: "int", code: holds, isNull: null, range };
  const isNull = e.fresh("n");
  e.line(`const ${isNull} = ${holds} === 0 && !${condition(e, expr, false)};`);
  return { rep: "int", code: holds, isNull, range };
}

function truthTestOf(e: Emitter, value: Fragment): Test {
  if (value.rep === "null") return { holds: "(false)", isNull: "true" };
  if (isNumericRep(value.rep)) return { holds: `(${value.code} !== 0)`, isNull: value.isNull };
  const name = e.fresh("h");
  e.line(`const ${name} = ${e.bind("truth", truth)}(${boxed(e, value)});`);
  return { holds: `(${name} === true)`, isNull: `${name} === null` };
}

function test(e: Emitter, expr: PlanExprOf<"compare" | "like" | "inList">): Test {
  switch (expr.kind) {
    case "compare":
      return compareTest(e, expr.operator, e.compile(expr.left), e.compile(expr.right), expr);
    case "like":
      return likeTest(e, expr);
    case "inList":
      return inListTest(e, expr);
  }
}

type Conversion = Pick<PlanExprOf<"compare">, "conversion" | "compareCollation">;

const OPERATORS = {
  "=": "===",
  "is": "===",
  "<>": "!==",
  "isNot": "!==",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
} as const;

/** Compares two fragments as SQLite does, after the conversion it applies to both. */
function compareTest(
  e: Emitter,
  operator: keyof typeof OPERATORS,
  left: Fragment,
  right: Fragment,
  conversion: Conversion,
): Test {
  const a = convert(e, left, conversion.conversion);
  const b = convert(e, right, conversion.conversion);
  const nullSafe = operator === "is" || operator === "isNot";
  if (nullSafe) return nullSafeTest(e, operator, a, b, conversion.compareCollation);
  if (a.rep === "null" || b.rep === "null") return { holds: "(false)", isNull: "true" };
  const isNull = eitherNull(a.isNull, b.isNull);
  return { holds: `(${comparison(e, operator, a, b, conversion.compareCollation, isNull)})`, isNull };
}

function nullSafeTest(e: Emitter, operator: "is" | "isNot", a: Fragment, b: Fragment, collation: string): Test {
  const negated = operator === "isNot" ? "!" : "";
  if (a.rep === "null" || b.rep === "null") {
    const other = a.rep === "null" ? b : a;
    return { holds: `(${negated}(${other.isNull ?? "false"}))`, isNull: null };
  }
  const either = eitherNull(a.isNull, b.isNull);
  const equal = comparison(e, "=", a, b, collation, either);
  if (either === null) return { holds: `(${negated}(${equal}))`, isNull: null };
  const both = a.isNull === null || b.isNull === null ? "false" : `(${a.isNull}) && (${b.isNull})`;
  return { holds: `(${negated}(${either} ? ${both} : ${equal}))`, isNull: null };
}

function comparison(
  e: Emitter,
  operator: keyof typeof OPERATORS,
  a: Fragment,
  b: Fragment,
  collation: string,
  isNull: string | null,
): string {
  const symbol = OPERATORS[operator];
  const equality = symbol === "===" || symbol === "!==";
  if (isNumericRep(a.rep) && isNumericRep(b.rep)) return `${a.code} ${symbol} ${b.code}`;
  const isText = (fragment: Fragment) => fragment.rep === "text" || fragment.rep === "string";
  if (isText(a) && isText(b) && (collation === "BINARY" || equality)) {
    if (collation !== "BINARY") {
      const key = e.bind("collationKey", collationKey);
      return `${key}(${textOf(e, a)}, "${collation}") ${symbol} ${key}(${textOf(e, b)}, "${collation}")`;
    }
    if (equality && a.rep === "text" && b.rep === "text" && a.heap.variable === b.heap.variable && a.heap.heap.unique) {
      return `${a.code} ${symbol} ${b.code}`;
    }
    const quick = compareAsRanks(e, symbol, a, b) ?? compareAsUtf8(e, symbol, a, b);
    if (quick !== null) return quick;
    if (equality) return `${textOf(e, a)} ${symbol} ${textOf(e, b)}`;
    return `${e.bind("compareText", compareText)}(${textOf(e, a)}, ${textOf(e, b)}) ${symbol} 0`;
  }
  const compared = `${e.bind("compareValues", compareValues)}(${boxed(e, a)}, ${
    boxed(e, b)
  }, "${collation}") ${symbol} 0`;
  return isNull === null ? compared : `!(${isNull}) && ${compared}`;
}

/** A side of a comparison after the conversion SQLite applies to both. */
export function convert(e: Emitter, fragment: Fragment, conversion: Conversion["conversion"]): Fragment {
  if (conversion === "none" || fragment.rep === "null") return fragment;
  if (conversion === "numeric") {
    if (isNumericRep(fragment.rep)) return fragment;
    return applied(e, fragment, e.bind("applyNumeric", applyNumeric));
  }
  if (fragment.rep === "text" || fragment.rep === "string") return fragment;
  return applied(e, fragment, e.bind("applyText", applyText));
}

function applied(e: Emitter, fragment: Fragment, kernel: string): Fragment {
  const name = e.fresh("b");
  e.line(`const ${name} = ${kernel}(${boxed(e, fragment)});`);
  return { rep: "boxed", code: name, isNull: fragment.isNull === null ? null : `${name} === null` };
}

function likeTest(e: Emitter, expr: PlanExprOf<"like">): Test {
  const operand = e.compile(expr.operand);
  const pattern = e.compile(expr.pattern);
  const escape = expr.escape === null ? null : e.compile(expr.escape);
  if (operand.rep === "null" || pattern.rep === "null" || escape?.rep === "null") {
    return { holds: "(false)", isNull: "true" };
  }
  const isNull = eitherNull(operand.isNull, pattern.isNull, escape?.isNull ?? null);
  const match = e.fresh("m");
  const present = isNull === null ? "" : `!(${isNull}) && `;
  e.line(`const ${match} = ${present}${matchCode(e, expr, operand, pattern, escape)};`);
  return { holds: `(${match} === ${!expr.negated})`, isNull };
}

/** A JavaScript expression that tells whether a text that is not NULL matches. */
function matchCode(
  e: Emitter,
  expr: PlanExprOf<"like">,
  operand: Fragment,
  pattern: Fragment,
  escape: Fragment | null,
): string {
  const glob = expr.operator === "glob";
  const isText = operand.rep === "text" || operand.rep === "string";
  const text = () => isText ? textOf(e, operand) : `${e.bind("asText", asText)}(${boxed(e, operand)})`;
  const constant = constantPattern(pattern, escape);
  if (constant === null) {
    const args = [text(), boxed(e, pattern), escape === null ? "null" : boxed(e, escape)];
    return `${e.bind("like", glob ? globOnce : likeOnce)}(${args.join(", ")})`;
  }
  const bytes = utf8Operand(e, operand);
  const matcher = bytes === null
    ? null
    : glob
    ? compileGlobUtf8(constant.pattern)
    : compileLikeUtf8(constant.pattern, constant.escape);
  if (bytes !== null && matcher !== null) return `${e.bind("like", matcher)}(${utf8Arguments(bytes)})`;
  const strings = glob ? compileGlob(constant.pattern) : compileLike(constant.pattern, constant.escape);
  return `${e.bind("like", strings)}(${text()})`;
}

function constantPattern(
  pattern: Fragment,
  escape: Fragment | null,
): { readonly pattern: string; readonly escape: string | null } | null {
  if (pattern.rep !== "string" || pattern.constant === undefined) return null;
  if (escape === null) return { pattern: pattern.constant, escape: null };
  if (escape.rep !== "string" || escape.constant === undefined) return null;
  return { pattern: pattern.constant, escape: escape.constant };
}

/** Blobs are read as text, as LIKE does. */
function asText(value: ExactValue): string {
  return value === null ? "" : readAsText(value);
}

function likeOnce(
  text: string,
  pattern: ExactValue,
  escape: ExactValue,
): boolean {
  return compileLike(asText(pattern), escape === null ? null : asText(escape))(text);
}

function globOnce(text: string, pattern: ExactValue): boolean {
  return compileGlob(asText(pattern))(text);
}

/** Items up to which a list is compared one by one. */
const FEW = 4;

function inListTest(e: Emitter, expr: PlanExprOf<"inList">): Test {
  const operand = convert(e, e.compile(expr.operand), expr.conversion);
  if (operand.rep === "null") return { holds: "(false)", isNull: "true" };
  const set = constantSet(expr, operand);
  if (set !== null) {
    const found = set.size <= FEW ? amongFew(e, operand, [...set]) : amongMany(e, operand, set);
    return { holds: `(${expr.negated ? "!" : ""}(${found}))`, isNull: operand.isNull };
  }
  const tests = expr.items.map((item) => compareTest(e, "=", operand, e.compile(item), { ...expr }));
  const found = e.fresh("m");
  const unknown = eitherNull(...tests.map((one) => one.isNull));
  e.line(`const ${found} = ${tests.map((one) => asCondition(one, true)).join(" || ")};`);
  const isNull = unknown === null ? operand.isNull : `(!${found} && ${unknown})`;
  return { holds: `(${found} === ${!expr.negated})`, isNull };
}

function amongFew(e: Emitter, operand: Fragment, members: readonly (number | string)[]): string {
  const isText = operand.rep === "text" || operand.rep === "string";
  return members.map((member) => {
    const constant = literal(e, member);
    const bytewise = isText ? compareAsUtf8(e, "===", operand, constant) : null;
    return bytewise ?? `${isText ? textOf(e, operand) : operand.code} === ${constant.code}`;
  }).join(" || ");
}

function amongMany(e: Emitter, operand: Fragment, set: ReadonlySet<number | string>): string {
  if (operand.rep !== "text" && operand.rep !== "string") {
    const among = smallIntegers(set as ReadonlySet<number>);
    if (among === null) return `${e.bind("set", set)}.has(${operand.code})`;
    // Outside of the array, and between integers, there is no element.
    return `${e.bindArray("among", among.flags)}[${operand.code} - ${e.bind("least", among.least)}] === 1`;
  }
  const bytes = utf8Operand(e, operand);
  if (bytes === null) return `${e.bind("set", set)}.has(${textOf(e, operand)})`;
  const texts = new Utf8Texts(null);
  for (const member of set) texts.internText(member as string);
  return `${e.bind("texts", texts)}.find(${utf8Arguments(bytes)}) >= 0`;
}

/** Numbers between the least and the greatest of integers up to which an array tells which of them are meant. */
const AMONG_MAX = 1 << 20;

function smallIntegers(set: ReadonlySet<number>): { readonly least: number; readonly flags: Uint8Array } | null {
  let [least, most] = [Infinity, -Infinity];
  for (const member of set) {
    if (!Number.isSafeInteger(member)) return null;
    least = Math.min(least, member);
    most = Math.max(most, member);
  }
  if (most - least >= AMONG_MAX) return null;
  const flags = new Uint8Array(most - least + 1);
  for (const member of set) flags[member - least] = 1;
  return { least, flags };
}

/** The members of a list of plain constants that compare with the operand as JavaScript's `===` does; `null` where they do not. */
function constantSet(expr: PlanExprOf<"inList">, operand: Fragment): Set<number | string> | null {
  const members = new Set<number | string>();
  const text = operand.rep === "text" || operand.rep === "string";
  if (text ? expr.compareCollation !== "BINARY" : !isNumericRep(operand.rep)) return null;
  for (const item of expr.items) {
    if (item.kind !== "literal") return null;
    const { value } = item;
    if (text) {
      if (typeof value !== "string" || expr.conversion === "numeric") return null;
      members.add(value);
    } else {
      if (typeof value !== "bigint" && typeof value !== "number") return null;
      const number = Number(value);
      if (typeof value === "bigint" && BigInt(number) !== value) return null;
      if (expr.conversion === "text") return null;
      members.add(number);
    }
  }
  invariant(members.size > 0, "an empty list is a constant");
  return members;
}
