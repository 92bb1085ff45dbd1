import { completeness } from "../../src/sql/mod.ts";
import { isDotCommand } from "../meta/mod.ts";
import { isPlainCommand } from "./typed_steps.ts";

/**
 * Whether the end of a line runs the text: a dot command, blank text, or SQL whose last statement ends with a semicolon, comments
 * behind it or not.
 *
 * @param pasting Whether the line was pasted, perhaps as one of thousands of the same statement.
 */
export function isComplete(text: string, pasting: boolean): boolean {
  if (isDotCommand(text) || isPlainCommand(text)) return true;
  // Long statements are not read anew for every line. In a paste a semicolon further up has been looked at when its line ended.
  const looked = pasting ? text.slice(text.trimEnd().lastIndexOf("\n") + 1) : text;
  return text.includes("\n") && !looked.includes(";") ? false : completeness(text) !== "incomplete";
}
