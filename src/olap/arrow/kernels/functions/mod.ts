import type { ExactValue } from "../../../../types/mod.ts";
import { BYTE_FUNCTIONS } from "./bytes.ts";
import { CHOICE_FUNCTIONS } from "./choice.ts";
import { DATE_FUNCTIONS } from "./dates.ts";
import type { FunctionTable } from "./function_table.ts";
import { INSTANT_FUNCTIONS } from "./instants.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { MATH_FUNCTIONS } from "./math.ts";
import { PRINTF_FUNCTIONS } from "./printf.ts";
import { QUOTE_FUNCTIONS } from "./quote.ts";
import { TEXT_FUNCTIONS } from "./text.ts";

export { roundReal } from "./round.ts";
export { instrText, lengthText } from "./text.ts";

const TABLES: readonly FunctionTable[] = [BYTE_FUNCTIONS, CHOICE_FUNCTIONS, DATE_FUNCTIONS, JSON_FUNCTIONS].concat(
  [INSTANT_FUNCTIONS, MATH_FUNCTIONS, PRINTF_FUNCTIONS, QUOTE_FUNCTIONS, TEXT_FUNCTIONS],
);
const FUNCTIONS = new Map(TABLES.flatMap((table) => Object.entries(table)));

/**
 * A scalar function over any values, or `null` if it is not known or does not take so many arguments. Calls may throw RuntimeDecline.
 *
 * @param name Lower case.
 * @param collation By which functions that compare their arguments compare text.
 */
export function scalarFunction(
  name: string,
  argumentCount: number,
  collation = "BINARY",
): ((args: readonly ExactValue[]) => ExactValue) | null {
  const found = FUNCTIONS.get(name);
  if (found === undefined) return null;
  const [least, most] = found.arity;
  if (argumentCount < least || argumentCount > most) return null;
  const { call } = found;
  return (args) => call(args, collation);
}
