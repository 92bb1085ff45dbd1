import { quoteText } from "../../../../sql/mod.ts";
import type { ExactValue } from "../../../../types/mod.ts";
import { realPrefix } from "../numeric_text.ts";
import { realToText } from "../real_text.ts";
import { hexadecimal } from "./bytes.ts";
import { formatReal, PLAIN } from "./format_real.ts";
import type { FunctionTable } from "./function_table.ts";

/** A value as an SQL literal. */
function quote(value: ExactValue): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "number":
      return quoteReal(value);
    case "string":
      return quoteText(value);
    default:
      return `X'${hexadecimal(value)}'`;
  }
}

/** With more digits where 15 do not tell the number. */
function quoteReal(value: number): string {
  const short = realToText(value);
  if (realPrefix(short) === value) return short;
  return formatReal(value, { ...PLAIN, style: "e", precision: 20, full: true }, false);
}

export const QUOTE_FUNCTIONS: FunctionTable = {
  quote: { arity: [1, 1], call: ([value]) => quote(value!) },
};
