import type { ExactValue } from "../../../types/mod.ts";
import { integerOf, numberOf, realOf, textOf } from "./cast.ts";

const fits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

/** SQLite has no NaN: it stores NULL instead. */
export function withoutNan(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

export function add(a: ExactValue, b: ExactValue): ExactValue {
  if (a === null || b === null) return null;
  const x = numberOf(a);
  const y = numberOf(b);
  if (typeof x === "bigint" && typeof y === "bigint") {
    const sum = x + y;
    if (fits(sum)) return sum;
  }
  return withoutNan(Number(x) + Number(y));
}

export function subtract(a: ExactValue, b: ExactValue): ExactValue {
  if (a === null || b === null) return null;
  const x = numberOf(a);
  const y = numberOf(b);
  if (typeof x === "bigint" && typeof y === "bigint") {
    const difference = x - y;
    if (fits(difference)) return difference;
  }
  return withoutNan(Number(x) - Number(y));
}

export function multiply(a: ExactValue, b: ExactValue): ExactValue {
  if (a === null || b === null) return null;
  const x = numberOf(a);
  const y = numberOf(b);
  if (typeof x === "bigint" && typeof y === "bigint") {
    const product = x * y;
    if (fits(product)) return product;
  }
  return withoutNan(Number(x) * Number(y));
}

/** Integers divide to an integer, towards 0. By 0 gives NULL. */
export function divide(a: ExactValue, b: ExactValue): ExactValue {
  if (a === null || b === null) return null;
  const x = numberOf(a);
  const y = numberOf(b);
  if (Number(y) === 0) return null;
  if (typeof x === "bigint" && typeof y === "bigint") {
    const quotient = x / y;
    if (fits(quotient)) return quotient;
  }
  return withoutNan(Number(x) / Number(y));
}

/** The remainder of the operands cut to integers, as REAL if one was REAL. By 0 gives NULL. */
export function remainder(a: ExactValue, b: ExactValue): ExactValue {
  if (a === null || b === null) return null;
  const divisor = integerOf(b);
  if (divisor === 0n) return null;
  const rest = integerOf(a) % divisor;
  return typeof numberOf(a) === "bigint" && typeof numberOf(b) === "bigint" ? rest : Number(rest);
}

export function negate(value: ExactValue): ExactValue {
  return subtract(0n, value);
}

export function bitAnd(a: ExactValue, b: ExactValue): ExactValue {
  return a === null || b === null ? null : integerOf(a) & integerOf(b);
}

export function bitOr(a: ExactValue, b: ExactValue): ExactValue {
  return a === null || b === null ? null : integerOf(a) | integerOf(b);
}

export function bitNot(value: ExactValue): ExactValue {
  return value === null ? null : ~integerOf(value);
}

/** A negative distance shifts the other way. */
export function shiftLeft(value: ExactValue, distance: ExactValue): ExactValue {
  return value === null || distance === null ? null : shifted(integerOf(value), integerOf(distance));
}

/** Copies of the sign come in from the left. */
export function shiftRight(value: ExactValue, distance: ExactValue): ExactValue {
  return value === null || distance === null ? null : shifted(integerOf(value), -integerOf(distance));
}

function shifted(value: bigint, left: bigint): bigint {
  if (left >= 64n) return 0n;
  if (left <= -64n) return value < 0n ? -1n : 0n;
  return left >= 0n ? BigInt.asIntN(64, value << left) : value >> -left;
}

/**
 * `a || b`.
 *
 * @throws {RuntimeDecline} For a blob that is no text.
 */
export function concat(a: ExactValue, b: ExactValue): ExactValue {
  return a === null || b === null ? null : textOf(a) + textOf(b);
}

/** Whether a value counts as true: a number other than 0, or text or a blob that begins with one. */
export function truth(value: ExactValue): boolean | null {
  if (value === null) return null;
  return typeof value === "bigint" ? value !== 0n : realOf(value) !== 0;
}

/** What each operator does with two values. */
export const ARITHMETIC = {
  "+": add,
  "-": subtract,
  "*": multiply,
  "/": divide,
  "%": remainder,
  "&": bitAnd,
  "|": bitOr,
  "<<": shiftLeft,
  ">>": shiftRight,
  "||": concat,
} as const;
