import { suggest } from "../../src/errors/mod.ts";
import { CATALOGUE_COMMANDS } from "./catalogue_commands.ts";
import { ENGINE_COMMANDS } from "./engine_commands.ts";
import { FILE_COMMANDS } from "./file_commands.ts";
import { type MetaCommand, usageOf } from "./meta_command.ts";
import { OUTPUT_COMMANDS } from "./output_commands.ts";
import type { Session } from "./session.ts";
import { SESSION_COMMANDS } from "./session_commands.ts";
import { commandError } from "./command_error.ts";

const HELP: MetaCommand = {
  name: "help",
  aliases: ["?"],
  parameters: [{ name: "COMMAND", accepts: { kind: "command" }, optional: true }],
  summary: "show all dot commands, or one in detail",
  run: showHelp,
};

/** Every dot command, in the order help shows them. */
export const META_COMMANDS: readonly MetaCommand[] = [
  HELP,
  ...CATALOGUE_COMMANDS,
  ...OUTPUT_COMMANDS,
  ...FILE_COMMANDS,
  ...ENGINE_COMMANDS,
  ...SESSION_COMMANDS,
];

async function showHelp(session: Session, [name]: readonly string[]): Promise<void> {
  if (name !== undefined) {
    const command = findCommand(name);
    await session.print(
      [usageOf(command), `  ${command.summary}`, ...(command.details ?? []).map((line) => `  ${line}`)].join("\n"),
    );
    return;
  }
  const width = Math.max(...META_COMMANDS.map((command) => usageOf(command).length));
  const lines = META_COMMANDS.map((command) => `${usageOf(command).padEnd(width)}  ${command.summary}`);
  await session.print([...lines, "", ".help COMMAND says more. SQL ends at ; and may span lines."].join("\n"));
}

/**
 * The command of that name, with or without its dot; an unambiguous beginning is enough.
 *
 * @throws {RheiError} `SQL_SYNTAX` when there is none, or several begin so.
 */
export function findCommand(name: string): MetaCommand {
  const wanted = name.replace(/^\./, "").toLowerCase();
  const spellings = META_COMMANDS.flatMap((command) =>
    [command.name, ...(command.aliases ?? [])].map((spelling) => ({ spelling, command }))
  );
  const exact = spellings.find(({ spelling }) => spelling === wanted);
  if (exact !== undefined) return exact.command;
  const begun = wanted === "" ? [] : spellings.filter(({ spelling }) => spelling.startsWith(wanted));
  const [only] = begun;
  if (only !== undefined && new Set(begun.map(({ command }) => command)).size === 1) return only.command;
  const near = begun.length > 0 ? undefined : suggest(wanted, spellings.map(({ spelling }) => spelling));
  const reason = begun.length > 0
    ? `it may mean ${begun.map(({ spelling }) => `.${spelling}`).join(" or ")}`
    : "there is no such dot command";
  throw commandError(
    `Cannot run ".${wanted}": ${reason}`,
    near === undefined ? ".help lists the dot commands" : `did you mean ".${near}"?`,
  );
}
