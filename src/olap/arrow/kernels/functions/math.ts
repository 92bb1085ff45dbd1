import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { applyNumeric, integerFromReal, realOf } from "../cast.ts";
import { type FunctionTable, strict } from "./function_table.ts";
import { smallInteger } from "./integer_argument.ts";
import { roundReal } from "./round.ts";

function absolute(value: NonNullable<ExactValue>): ExactValue {
  if (typeof value !== "bigint") return Math.abs(realOf(value));
  if (value === -9223372036854775808n) throw new RuntimeDecline("abs() of the least INTEGER");
  return value < 0n ? -value : value;
}

/** libSQL's ceil() and floor() give an INTEGER; what becomes of a number beyond 64 bits depends on the processor. */
const toInteger = (round: (value: number) => number) => (value: NonNullable<ExactValue>): ExactValue => {
  if (typeof value === "bigint") return value;
  const rounded = round(realOf(value));
  if (Math.abs(rounded) >= 2 ** 63) throw new RuntimeDecline("ceil() or floor() beyond 64 bits");
  return integerFromReal(rounded);
};

function signOf(value: NonNullable<ExactValue>): ExactValue {
  const number = applyNumeric(value)!;
  if (typeof number !== "bigint" && typeof number !== "number") return null;
  return number > 0 ? 1n : number < 0 ? -1n : 0n;
}

function squareRoot(value: NonNullable<ExactValue>): ExactValue {
  const real = realOf(value);
  if (real < 0) throw new RuntimeDecline("sqrt() of a negative number");
  return Math.sqrt(real);
}

function square(value: NonNullable<ExactValue>): ExactValue {
  if (typeof value !== "bigint") return realOf(value) * realOf(value);
  const product = value * value;
  if (BigInt.asIntN(64, product) !== product) throw new RuntimeDecline("square() beyond 64 bits");
  return product;
}

function round(value: NonNullable<ExactValue>, decimals?: NonNullable<ExactValue>): ExactValue {
  return roundReal(realOf(value), decimals === undefined ? 0 : smallInteger(decimals));
}

/**
 * Functions of numbers. Those whose last bit is up to the C library (`exp`, `ln`, `power`, `sin` and their like) are left out: no
 * other library gives the same.
 */
export const MATH_FUNCTIONS: FunctionTable = {
  abs: { arity: [1, 1], call: strict(absolute) },
  ceil: { arity: [1, 1], call: strict(toInteger(Math.ceil)) },
  ceiling: { arity: [1, 1], call: strict(toInteger(Math.ceil)) },
  floor: { arity: [1, 1], call: strict(toInteger(Math.floor)) },
  pi: { arity: [0, 0], call: () => Math.PI },
  round: { arity: [1, 2], call: strict(round) },
  sign: { arity: [1, 1], call: strict(signOf) },
  sqrt: { arity: [1, 1], call: strict(squareRoot) },
  square: { arity: [1, 1], call: strict(square) },
};
