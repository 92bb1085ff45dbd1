import type { AnalysedExpr } from "./analysed.ts";
import {
  ANY,
  arithmeticType,
  BLOB,
  INTEGER,
  mergeTypes,
  NULL_TYPE,
  NUMERIC,
  numericClasses,
  REAL,
  TEXT,
  truthType,
  typeOf,
  type ValueType,
  withNullable,
} from "./value_type.ts";

type Signature = {
  readonly arity: readonly [least: number, most: number];
  readonly type: (args: readonly ValueType[]) => ValueType;
};

const anyNull = (args: readonly ValueType[]): boolean => args.some((arg) => arg.nullable);
const strict = (classes: number) => (args: readonly ValueType[]): ValueType => typeOf(classes, anyNull(args));
const always = (classes: number) => (): ValueType => typeOf(classes, true);
const never = (classes: number) => (): ValueType => typeOf(classes, false);

function firstNonNull(args: readonly ValueType[]): ValueType {
  return withNullable(mergeTypes(args), args.every((arg) => arg.nullable));
}

function textOrBlob([first]: readonly ValueType[]): ValueType {
  if (first === undefined || first.classes === 0) return NULL_TYPE;
  return typeOf(((first.classes & BLOB) !== 0 ? BLOB : 0) | ((first.classes & ~BLOB) !== 0 ? TEXT : 0), true);
}

const DATE_TEXT: Signature = { arity: [0, 64], type: always(TEXT) };

/** Scalar functions, by lower-case name. A function that is absent has a result of any class. */
const SCALAR: Readonly<Record<string, Signature>> = {
  abs: {
    arity: [1, 1],
    type: ([arg = NULL_TYPE]) => {
      if (arg.classes === 0) return NULL_TYPE;
      return { ...typeOf(numericClasses(arg.classes), arg.nullable), canonical: arg.canonical };
    },
  },
  char: { arity: [0, 127], type: never(TEXT) },
  coalesce: { arity: [2, 127], type: firstNonNull },
  concat: { arity: [1, 127], type: never(TEXT) },
  date: DATE_TEXT,
  datetime: DATE_TEXT,
  format: { arity: [0, 127], type: always(TEXT) },
  glob: { arity: [2, 2], type: (args) => truthType(anyNull(args)) },
  hex: { arity: [1, 1], type: never(TEXT) },
  ifnull: { arity: [2, 2], type: firstNonNull },
  iif: { arity: [2, 3], type: ([, a = NULL_TYPE, b = NULL_TYPE]) => mergeTypes([a, b]) },
  instr: { arity: [2, 2], type: strict(INTEGER) },
  julianday: { arity: [0, 64], type: always(REAL) },
  length: { arity: [1, 1], type: strict(INTEGER) },
  like: { arity: [2, 3], type: (args) => truthType(anyNull(args)) },
  likelihood: { arity: [2, 2], type: ([arg = NULL_TYPE]) => arg },
  likely: { arity: [1, 1], type: ([arg = NULL_TYPE]) => arg },
  lower: { arity: [1, 1], type: strict(TEXT) },
  ltrim: { arity: [1, 2], type: strict(TEXT) },
  max: { arity: [2, 127], type: (args) => withNullable(mergeTypes(args), anyNull(args)) },
  min: { arity: [2, 127], type: (args) => withNullable(mergeTypes(args), anyNull(args)) },
  nullif: { arity: [2, 2], type: ([arg = NULL_TYPE]) => withNullable(arg, true) },
  octet_length: { arity: [1, 1], type: strict(INTEGER) },
  printf: { arity: [0, 127], type: always(TEXT) },
  quote: { arity: [1, 1], type: never(TEXT) },
  random: { arity: [0, 0], type: never(INTEGER) },
  randomblob: { arity: [1, 1], type: never(BLOB) },
  replace: { arity: [3, 3], type: strict(TEXT) },
  round: { arity: [1, 2], type: strict(REAL) },
  rtrim: { arity: [1, 2], type: strict(TEXT) },
  sign: { arity: [1, 1], type: always(INTEGER) },
  strftime: { arity: [1, 64], type: always(TEXT) },
  substr: { arity: [2, 3], type: textOrBlob },
  substring: { arity: [2, 3], type: textOrBlob },
  time: DATE_TEXT,
  trim: { arity: [1, 2], type: strict(TEXT) },
  typeof: { arity: [1, 1], type: never(TEXT) },
  unicode: { arity: [1, 1], type: always(INTEGER) },
  unixepoch: { arity: [0, 64], type: always(INTEGER) },
  unlikely: { arity: [1, 1], type: ([arg = NULL_TYPE]) => arg },
};

const MATH: readonly string[] = [
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atan2",
  "atanh",
  "cos",
  "cosh",
  "degrees",
  "exp",
  "ln",
  "log",
  "log10",
  "log2",
  "mod",
  "pi",
  "pow",
  "power",
  "radians",
  "sin",
  "sinh",
  "sqrt",
  "tan",
  "tanh",
];
const MATH_SIGNATURE: Signature = { arity: [0, 2], type: always(REAL) };

/** libSQL's own: they give an INTEGER. */
const ROUNDING: readonly string[] = ["ceil", "ceiling", "floor"];
const ROUNDING_SIGNATURE: Signature = { arity: [1, 1], type: strict(INTEGER) };

const SCALARS = new Map<string, Signature>([
  ...Object.entries(SCALAR),
  ...MATH.map((name) => [name, MATH_SIGNATURE] as const),
  ...ROUNDING.map((name) => [name, ROUNDING_SIGNATURE] as const),
]);

const sumType = ([arg = NULL_TYPE]: readonly ValueType[]): ValueType =>
  arg.classes === 0 ? NULL_TYPE : typeOf(numericClasses(arg.classes), true);
const extremeType = ([arg = NULL_TYPE]: readonly ValueType[]): ValueType => ({ ...arg, nullable: true, truth: false });

/** Aggregate functions. `min` and `max` are aggregates with one argument only. */
const AGGREGATES = new Map<string, Signature>(Object.entries({
  avg: { arity: [1, 1], type: ([arg = NULL_TYPE]) => arg.classes === 0 ? NULL_TYPE : typeOf(REAL, true) },
  count: { arity: [0, 1], type: never(INTEGER) },
  group_concat: { arity: [1, 2], type: always(TEXT) },
  max: { arity: [1, 1], type: extremeType },
  min: { arity: [1, 1], type: extremeType },
  string_agg: { arity: [2, 2], type: always(TEXT) },
  sum: { arity: [1, 1], type: sumType },
  total: { arity: [1, 1], type: never(REAL) },
  json_group_array: { arity: [1, 1], type: never(TEXT) },
  json_group_object: { arity: [2, 2], type: never(TEXT) },
}));

const navigation = ([arg = NULL_TYPE, , fallback]: readonly ValueType[]): ValueType =>
  withNullable(mergeTypes(fallback === undefined ? [arg] : [arg, fallback]), true);

/** Functions that only work over a window. */
const WINDOW_ONLY = new Map<string, Signature>(Object.entries({
  cume_dist: { arity: [0, 0], type: never(REAL) },
  dense_rank: { arity: [0, 0], type: never(INTEGER) },
  first_value: { arity: [1, 1], type: ([arg = NULL_TYPE]) => withNullable(arg, true) },
  lag: { arity: [1, 3], type: navigation },
  last_value: { arity: [1, 1], type: ([arg = NULL_TYPE]) => withNullable(arg, true) },
  lead: { arity: [1, 3], type: navigation },
  nth_value: { arity: [2, 2], type: ([arg = NULL_TYPE]) => withNullable(arg, true) },
  ntile: { arity: [1, 1], type: never(INTEGER) },
  percent_rank: { arity: [0, 0], type: never(REAL) },
  rank: { arity: [0, 0], type: never(INTEGER) },
  row_number: { arity: [0, 0], type: never(INTEGER) },
}));

/** Whether a call of this name and number of arguments aggregates rows. */
export function isAggregate(name: string, argumentCount: number): boolean {
  const signature = AGGREGATES.get(name);
  return signature !== undefined && (argumentCount === 1 || !(name === "min" || name === "max"));
}

/** Whether the function only works over a window. */
export function isWindowOnly(name: string): boolean {
  return WINDOW_ONLY.has(name);
}

/** Names of all functions known here. */
export function knownFunctions(): readonly string[] {
  return [...new Set([...SCALARS.keys(), ...AGGREGATES.keys(), ...WINDOW_ONLY.keys()])];
}

/** The result type of a call; of any class when the function is not known. */
export function functionType(
  name: string,
  args: readonly AnalysedExpr[],
  role: "scalar" | "aggregate" | "window",
): ValueType {
  const table = role === "scalar" ? SCALARS : AGGREGATES;
  const signature = (role === "window" ? WINDOW_ONLY.get(name) : undefined) ?? table.get(name);
  const types = args.map((arg) => arg.type);
  return signature === undefined ? typeOf(ANY, true) : signature.type(types);
}

/** Whether the number of arguments is one the function takes; `true` for a function that is not known. */
export function arityFits(name: string, count: number, role: "scalar" | "aggregate" | "window"): boolean {
  const table = role === "scalar" ? SCALARS : AGGREGATES;
  const signature = (role === "window" ? WINDOW_ONLY.get(name) : undefined) ?? table.get(name);
  return signature === undefined || (count >= signature.arity[0] && count <= signature.arity[1]);
}

/** The type of `left operator right`, for the operators that compute. */
export function operatorType(operator: string, left: ValueType, right: ValueType): ValueType {
  switch (operator) {
    case "||":
      return left.classes === 0 || right.classes === 0 ? NULL_TYPE : typeOf(TEXT, left.nullable || right.nullable);
    case "&":
    case "|":
    case "<<":
    case ">>":
      return left.classes === 0 || right.classes === 0 ? NULL_TYPE : typeOf(INTEGER, left.nullable || right.nullable);
    case "/":
    case "%":
      return arithmeticType(left, right, true);
    default:
      return arithmeticType(left, right, false);
  }
}

/** The type of `-x`, `+x`, `~x`. */
export function unaryType(operator: "-" | "+" | "~", operand: ValueType): ValueType {
  if (operator === "+") return { ...operand, truth: false };
  if (operand.classes === 0) return NULL_TYPE;
  if (operator === "~") return typeOf(INTEGER, operand.nullable);
  return { ...typeOf(numericClasses(operand.classes), operand.nullable), canonical: operand.canonical };
}

/** The type of `CAST(x AS …)`. */
export function castType(to: string, operand: ValueType): ValueType {
  if (operand.classes === 0) return NULL_TYPE;
  switch (to) {
    case "integer":
      return typeOf(INTEGER, operand.nullable);
    case "real":
      return typeOf(REAL, operand.nullable);
    case "text":
      return typeOf(TEXT, operand.nullable);
    case "blob":
      return typeOf(BLOB, operand.nullable);
    default:
      return (operand.classes & ~NUMERIC) === 0 ? operand : typeOf(NUMERIC, operand.nullable);
  }
}
