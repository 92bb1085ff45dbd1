import type { SqlValue } from "../../mod.ts";
import { blobOfText, numberOfText } from "../transfer/mod.ts";

/**
 * The value of a PARAM on the command line, read as SQL would read it: a number, `null`, a text in single quotes (`'5'` is the text
 * 5) or a blob (`x'00ff'`); anything else is text as it stands. A number is one only if its text loses nothing: `007` and `+5` are text.
 */
export function parameterValue(argument: string): SqlValue {
  if (/^null$/i.test(argument)) return null;
  if (/^'(?:[^']|'')*'$/.test(argument)) return argument.slice(1, -1).replaceAll("''", "'");
  const blob = blobOfText(argument);
  if (blob !== undefined) return blob;
  const number = /\d/.test(argument) ? numberOfText(argument) : undefined;
  return number ?? argument;
}
