import type { RheiError } from "../../src/errors/mod.ts";
import { findCommand } from "./command_table.ts";
import { type MetaCommand, type Parameter, usageOf } from "./meta_command.ts";
import type { Session } from "./session.ts";
import { splitArguments } from "./split_arguments.ts";
import { commandError } from "./command_error.ts";

/** Whether a line is a dot command, where a statement could begin. */
export function isDotCommand(line: string): boolean {
  return /^\s*\.[a-z?]/i.test(line);
}

function wrongUse(command: MetaCommand, reason: string): RheiError {
  return commandError(`Cannot run .${command.name}: ${reason}`, `usage: ${usageOf(command)}`);
}

function checkChoice(command: MetaCommand, parameter: Parameter, value: string): void {
  if (parameter.accepts.kind !== "choice" || parameter.accepts.values.includes(value)) return;
  if (parameter.accepts.aliases?.includes(value)) return;
  throw wrongUse(command, `expected ${parameter.accepts.values.join(", ")}, not "${value}"`);
}

/** The parameters' values, as many as the line gives. */
function valuesOf(command: MetaCommand, text: string): string[] {
  const values: string[] = [];
  let rest = text.trim();
  for (const parameter of command.parameters) {
    if (rest === "") {
      if (!parameter.optional) throw wrongUse(command, `${parameter.name} is missing`);
      return values;
    }
    if (parameter.accepts.kind === "rest") return [...values, rest];
    const words = splitArguments(rest);
    for (const word of parameter.repeated ? words : words.slice(0, 1)) {
      checkChoice(command, parameter, word.value);
      values.push(word.value);
    }
    rest = parameter.repeated ? "" : rest.slice(words[0]?.end).trim();
  }
  if (rest !== "") throw wrongUse(command, `"${rest}" is too much`);
  return values;
}

/**
 * Runs one dot command. A `;` at its end is a habit of SQL and ignored, except where the rest of the line is the user's text.
 *
 * @throws {RheiError} `SQL_SYNTAX` for an unknown command or wrong arguments; otherwise what the command itself reports.
 */
export async function runDotCommand(line: string, session: Session): Promise<void> {
  const match = /^\s*\.(\S*)([\s\S]*)$/.exec(line);
  const name = (match?.[1] ?? "").replace(/;$/, "");
  const command = findCommand(name);
  const text = match?.[2] ?? "";
  const verbatim = command.parameters.some((parameter) => parameter.accepts.kind === "rest");
  await command.run(session, valuesOf(command, verbatim ? text : text.replace(/;\s*$/, "")));
}
