import type { Affinity, ExactValue } from "../../../types/mod.ts";
import { castNumeric, integerPrefix, numericPrefix, realPrefix, wholeNumber } from "./numeric_text.ts";
import { realToText } from "./real_text.ts";
import { latin1FromBytes, textFromBytes, utf8Bytes } from "./text_bytes.ts";

/** A REAL cut to an INTEGER; beyond 64 bits the nearest INTEGER. */
export function integerFromReal(value: number): bigint {
  if (value <= -9223372036854775808) return -9223372036854775808n;
  return value >= 9223372036854775808 ? 9223372036854775807n : BigInt(Math.trunc(value));
}

/** The INTEGER that operators on integers take a value for. */
export function integerOf(value: NonNullable<ExactValue>): bigint {
  switch (typeof value) {
    case "bigint":
      return value;
    case "number":
      return integerFromReal(value);
    case "string":
      return integerPrefix(value);
    default:
      return integerPrefix(latin1FromBytes(value));
  }
}

/** The REAL that functions on reals take a value for. */
export function realOf(value: NonNullable<ExactValue>): number {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "number":
      return value;
    case "string":
      return realPrefix(value);
    default:
      return realPrefix(latin1FromBytes(value));
  }
}

/** The number that arithmetic takes a value for: text and blobs stand for what they begin with. */
export function numberOf(value: NonNullable<ExactValue>): bigint | number {
  switch (typeof value) {
    case "bigint":
    case "number":
      return value;
    case "string":
      return numericPrefix(value);
    default:
      return numericPrefix(latin1FromBytes(value));
  }
}

/**
 * The text that text operators take a value for.
 *
 * @throws {RuntimeDecline} For a blob that is no text.
 */
export function textOf(value: NonNullable<ExactValue>): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
      return String(value);
    case "number":
      return realToText(value);
    default:
      return textFromBytes(value);
  }
}

/**
 * `CAST(value AS …)` to a type of the given affinity.
 *
 * @throws {RuntimeDecline} For a blob cast to text that is none.
 */
export function castTo(value: ExactValue, to: Affinity): ExactValue {
  if (value === null) return null;
  switch (to) {
    case "integer":
      return integerOf(value);
    case "real":
      return realOf(value);
    case "text":
      return textOf(value);
    case "numeric":
      if (typeof value === "string") return castNumeric(value);
      return typeof value === "object" ? castNumeric(latin1FromBytes(value)) : value;
    case "blob":
      return typeof value === "object" ? value : utf8Bytes(textOf(value));
  }
}

/** What numeric affinity makes of a comparison's operand: text that is a number as a whole becomes it, all else stays. */
export function applyNumeric(value: ExactValue): ExactValue {
  return typeof value === "string" ? wholeNumber(value) ?? value : value;
}

/** What text affinity makes of a comparison's operand: numbers become text, all else stays. */
export function applyText(value: ExactValue): ExactValue {
  return typeof value === "bigint" || typeof value === "number" ? textOf(value) : value;
}
