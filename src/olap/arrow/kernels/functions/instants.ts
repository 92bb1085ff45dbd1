import { INSTANT_TEXT } from "../../../../sql/mod.ts";
import { instantText } from "../../../../types/mod.ts";
import { type FunctionTable, strict } from "./function_table.ts";

/** Functions that only rhei itself calls. */
export const INSTANT_FUNCTIONS: FunctionTable = {
  [INSTANT_TEXT]: { arity: [1, 1], call: strict((time) => instantText(time as bigint)) },
};
