import { syntaxError, type Token, unquote } from "./lexer.ts";
import { realFromText } from "./real_literal.ts";
import type { Literal } from "./tree.ts";

const MAX_INTEGER = 2n ** 63n - 1n;

/** The node for a literal token: `string`, `blob`, `integer` or `real`. */
export function literalFrom(token: Token, text: string): Literal {
  const { start, end } = token;
  return { kind: "literal", value: valueOf(token, text), start, end };
}

function valueOf(token: Token, text: string): Literal["value"] {
  const raw = token.text;
  switch (token.kind) {
    case "string":
      return { class: "text", value: unquote(raw) };
    case "blob":
      return {
        class: "blob",
        value: Uint8Array.from(raw.slice(2, -1).match(/../g) ?? [], (pair) => parseInt(pair, 16)),
      };
    case "real":
      return { class: "real", value: realFromText(raw) };
    default:
      return isHexadecimal(raw) ? hexadecimal(token, text) : decimal(raw);
  }
}

/** Whether an integer is written as `0x…`. */
export function isHexadecimal(raw: string): boolean {
  return (raw.charCodeAt(1) | 32) === 120;
}

function decimal(raw: string): Literal["value"] {
  const value = BigInt(raw);
  return value <= MAX_INTEGER ? { class: "integer", value } : { class: "real", value: realFromText(raw) };
}

function hexadecimal(token: Token, text: string): Literal["value"] {
  const value = BigInt(token.text);
  if (value >= 2n ** 64n) {
    throw syntaxError(
      text,
      token.start,
      token.end,
      "a hexadecimal literal holds at most 16 digits, leading zeros aside",
    );
  }
  return { class: "integer", value: BigInt.asIntN(64, value) };
}
