import { type MetaCommand, usageOf } from "./meta_command.ts";
import type { Session } from "./session.ts";

/** Commands under a heading of the overview. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly MetaCommand[];
}

/** Texts of `.help` that are about no one command. */
export const HELP_TOPICS: Readonly<Record<string, readonly string[]>> = {
  keys: [
    "Enter          runs the statement if it ends with ;, else begins a new line",
    "Alt-Enter      begins a new line in any case",
    "Tab            completes; shows what could come where that is not clear",
    "Up, Down       move between lines; at the first and last one through the history",
    "Ctrl-R         searches the history; again for older entries, Enter runs, arrows edit",
    "Ctrl-C         gives up what is typed, or stops what runs",
    "Ctrl-D         leaves, on an empty line",
    "Ctrl-A, Ctrl-E go to the beginning and the end of the line; Ctrl-Home, Ctrl-End of the text",
    "Ctrl-K, Ctrl-U cut to the end and to the beginning of the line, Ctrl-W the word before",
    "Ctrl-Y         puts back what was cut; Ctrl-_ takes back the last change",
    "Ctrl-L         clears the screen; Ctrl-Z suspends the shell",
  ],
  routing: [
    "Each SELECT goes to one of two engines that give the same answer. libSQL is the database itself, and",
    "best for few rows; the mirror holds the same rows as columns, and is best for many.",
    "The line under a result says which answered; .explain SQL says why, .timer on what the time went to.",
    ".route oltp or .route olap chooses, .freshness how old the mirror's state may be.",
    "What the mirror cannot answer exactly as SQLite would it declines, and libSQL answers.",
  ],
};

/** `.help`, which knows all commands. */
export function helpCommand(
  groups: () => readonly CommandGroup[],
  find: (name: string) => MetaCommand,
): MetaCommand {
  return {
    name: "help",
    aliases: ["?"],
    parameters: [{ name: "COMMAND", accepts: { kind: "command" }, optional: true }],
    summary: "show all dot commands, or one in detail",
    details: [`.help ${Object.keys(HELP_TOPICS).join(" and .help ")} say more about the shell.`],
    examples: [".help .mode", ".help keys"],
    async run(session, [name]) {
      const topic = name === undefined ? undefined : HELP_TOPICS[name.toLowerCase()];
      if (name === undefined) await showOverview(session, groups());
      else if (topic !== undefined) await session.print(topic.join("\n"));
      else await session.print(commandHelp(find(name)));
    },
  };
}

function commandHelp(command: MetaCommand): string {
  const { summary, details = [], examples = [] } = command;
  return [
    usageOf(command),
    `  ${summary}`,
    ...(details.length === 0 ? [] : ["", ...details.map((line) => `  ${line}`)]),
    ...(examples.length === 0 ? [] : ["", ...examples.map((line) => `  ${line}`)]),
  ].join("\n");
}

async function showOverview(session: Session, groups: readonly CommandGroup[]): Promise<void> {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map((command) => usageOf(command).length)));
  const lines = groups.flatMap(({ title, commands }) => [
    `${title}:`,
    ...commands.map((command) => `${usageOf(command).padEnd(width)}  ${command.summary}`),
    "",
  ]);
  await session.print([
    ...lines,
    ".help COMMAND says more, so do .help keys and .help routing. SQL ends at ;.",
  ].join("\n"));
}
