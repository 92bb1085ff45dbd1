import { suggest } from "../../src/errors/mod.ts";
import { CATALOGUE_COMMANDS } from "./catalogue_commands.ts";
import { ENGINE_COMMANDS } from "./engine_commands.ts";
import { FILE_COMMANDS } from "./file_commands.ts";
import { type CommandGroup, helpCommand } from "./help_command.ts";
import type { MetaCommand } from "./meta_command.ts";
import { OUTPUT_COMMANDS } from "./output_commands.ts";
import { QUERY_COMMANDS } from "./query_commands.ts";
import { SESSION_COMMANDS } from "./session_commands.ts";
import { commandError } from "./command_error.ts";

/** Every dot command, in the groups and order help shows them. */
const GROUPS: readonly CommandGroup[] = [
  { title: "Database", commands: CATALOGUE_COMMANDS },
  { title: "Queries", commands: QUERY_COMMANDS },
  { title: "Results", commands: OUTPUT_COMMANDS },
  { title: "Files", commands: FILE_COMMANDS },
  { title: "Mirror", commands: ENGINE_COMMANDS },
  { title: "Session", commands: [helpCommand(() => GROUPS, (name) => findCommand(name)), ...SESSION_COMMANDS] },
];

/** Every dot command. */
export const META_COMMANDS: readonly MetaCommand[] = GROUPS.flatMap(({ commands }) => commands);

/** What serves instead of dot commands that sqlite3's shell has and this one has not. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["backup", "vacuum into 'FILE'; makes a copy of the database"],
  ["clone", "vacuum into 'FILE'; makes a copy of the database"],
  ["databases", "pragma database_list; lists them"],
  ["eqp", ".explain on shows the plan of every query"],
  ["excel", ".export FILE writes rows for other programs"],
  ["fullschema", ".schema shows the CREATE statements"],
  ["open", "leave, and start rhei shell with the other database"],
  ["save", "vacuum into 'FILE'; makes a copy of the database"],
  ["shell", "Ctrl-Z leaves the shell for a while"],
  ["system", "Ctrl-Z leaves the shell for a while"],
]);

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
    INSTEAD.get(wanted) ??
      (near === undefined ? ".help lists the dot commands" : `did you mean ".${near}"?`),
  );
}
