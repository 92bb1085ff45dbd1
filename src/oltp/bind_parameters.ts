import { RheiError, suggest } from "../errors/mod.ts";
import type { ExactValue, SqlParameters } from "../types/mod.ts";

/** The parameters a statement has: `names[i]` is the name of parameter `i + 1` without its prefix, `null` if it has none. */
export interface StatementParameters {
  readonly count: number;
  readonly names: readonly (string | null)[];
}

const NONE: readonly ExactValue[] = [];
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * The values to bind, in parameter order, in the driver's terms: INTEGER as `bigint`, REAL as `number`.
 *
 * @throws {RheiError} `SQL_PARAMETERS` when their number or names do not match the statement's, or a value does not fit SQL.
 * @throws {TypeError} When a value is of a type that has no SQL counterpart.
 */
export function bindParameters(expected: StatementParameters, given: SqlParameters): readonly ExactValue[] {
  if (Array.isArray(given)) {
    const count = given.length;
    if (count !== expected.count) throw wrongCount(expected, count);
    if (count === 0) return NONE;
    const values = new Array<ExactValue>(count);
    for (let i = 0; i < count; i++) values[i] = toExactValue(given[i], i, expected);
    return values;
  }
  return bindNamed(expected, given as Readonly<Record<string, unknown>>);
}

function bindNamed(expected: StatementParameters, given: Readonly<Record<string, unknown>>): readonly ExactValue[] {
  if (typeof given !== "object" || given === null || ArrayBuffer.isView(given)) {
    throw new TypeError(`Parameters are an array or an object of names, not ${describe(given)}`);
  }
  const keys = Object.keys(given);
  if (expected.count === 0 && keys.length === 0) return NONE;
  const unnamed = expected.names.indexOf(null);
  if (unnamed >= 0 || expected.names.length < expected.count) {
    throw new RheiError(
      "SQL_PARAMETERS",
      `Cannot bind parameters by name: parameter ${(unnamed < 0 ? expected.names.length : unnamed) + 1} has none`,
      { hint: "Give the parameters as an array, in order" },
    );
  }
  const names = new Set(expected.names as readonly string[]);
  const missing = [...names].filter((name) => !Object.hasOwn(given, name));
  const unknown = keys.filter((key) => !names.has(key));
  if (missing.length > 0 || unknown.length > 0) throw wrongNames(names, missing, unknown);
  return expected.names.map((name, i) => toExactValue(given[name!], i, expected));
}

/** One value in the driver's terms. A whole `number` binds as INTEGER, so that `[1]` finds an id; `-0` stays REAL. */
function toExactValue(value: unknown, index: number, expected: StatementParameters): ExactValue {
  switch (typeof value) {
    case "string":
      if (value.isWellFormed()) return value;
      throw unfit(index, expected, "the text has half of a surrogate pair, which UTF-8 cannot hold");
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case "bigint":
      if (value >= INT64_MIN && value <= INT64_MAX) return value;
      throw unfit(index, expected, `${value} does not fit SQL's 64-bit INTEGER`);
    case "boolean":
      return value ? 1n : 0n;
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
  }
  throw new TypeError(
    `Cannot bind ${parameterLabel(index, expected)}: ${
      describe(value)
    } is none of null, number, bigint, string, boolean, Uint8Array`,
  );
}

function parameterLabel(index: number, expected: StatementParameters): string {
  const name = expected.names[index];
  return name === null || name === undefined ? `parameter ${index + 1}` : `parameter "${name}"`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === "Object" ? "an object" : `a value of type ${name}`;
}

function unfit(index: number, expected: StatementParameters, why: string): RheiError {
  return new RheiError("SQL_PARAMETERS", `Cannot bind ${parameterLabel(index, expected)}: ${why}`);
}

function wrongCount(expected: StatementParameters, given: number): RheiError {
  const plural = expected.count === 1 ? "parameter" : "parameters";
  return new RheiError(
    "SQL_PARAMETERS",
    `Cannot bind parameters: the statement has ${expected.count} ${plural}, ${given} given`,
    { details: { expected: expected.count, given } },
  );
}

function wrongNames(names: ReadonlySet<string>, missing: string[], unknown: string[]): RheiError {
  const quote = (list: string[]) => list.map((name) => `"${name}"`).join(", ");
  const faults = [];
  if (missing.length > 0) faults.push(`${quote(missing)} missing`);
  if (unknown.length > 0) faults.push(`${quote(unknown)} unknown`);
  const bare = unknown.length === 1 ? unknown[0]!.replace(/^[:@$]/, "") : undefined;
  const near = bare === undefined ? undefined : names.has(bare) ? bare : suggest(bare, names);
  return new RheiError(
    "SQL_PARAMETERS",
    `Cannot bind parameters: the statement has ${names.size === 0 ? "none" : quote([...names])}; ${faults.join("; ")}`,
    {
      ...(near === undefined ? {} : { hint: `Did you mean "${near}"${bare === near ? " without its prefix" : ""}?` }),
      details: { expected: [...names], missing, unknown },
    },
  );
}
