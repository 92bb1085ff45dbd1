import { RheiError } from "../../src/errors/mod.ts";
import { type ScriptStep, scriptSteps } from "./run_script.ts";

/** The dot command that a word alone means, as people type it in other shells; `null` for anything else, SQL as a rule. */
function plainWord(text: string): string | null {
  const word = /^\s*(exit|help|quit)\s*;?\s*$/i.exec(text)?.[1];
  return word === undefined ? null : `.${word.toLowerCase()}`;
}

/** Whether a text begins as psql's commands do: no SQL does. */
function isForeignCommand(text: string): boolean {
  return /^\s*\\/.test(text);
}

/** Whether a line is at its end without a semicolon because it is a command, if not one of this shell. */
export function isPlainCommand(text: string): boolean {
  return plainWord(text) !== null || isForeignCommand(text);
}

/**
 * The steps of what was typed at a prompt: those of a script, and words that mean a dot command.
 *
 * @throws {RheiError} `SQL_SYNTAX` for a command of another shell.
 */
export function typedSteps(text: string): Iterable<ScriptStep> {
  if (isForeignCommand(text)) {
    const [word = ""] = text.trim().split(/[\s;]/);
    throw new RheiError("SQL_SYNTAX", `Cannot run "${word}": commands begin with a dot here`, {
      hint: ".help lists them, such as .tables, .schema TABLE and .quit",
    });
  }
  return scriptSteps(plainWord(text) ?? text);
}
