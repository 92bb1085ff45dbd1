import type { MetaCommand } from "./meta_command.ts";
import type { Session } from "./session.ts";
import { commandError } from "./command_error.ts";

/** Entries `.history` shows unless told. */
const HISTORY_SHOWN = 20;

function showSettings(session: Session): Promise<void> {
  const { mode, timer, explain, route, freshness, rowsShownMax } = session.settings;
  const lines: readonly (readonly [string, string])[] = [
    ["database", session.database],
    ["explain", explain ? "on" : "off"],
    ["freshness", freshness],
    ["maxrows", String(rowsShownMax ?? "all")],
    ["mode", mode],
    ["route", route],
    ["timer", timer ? "on" : "off"],
  ];
  return session.print(lines.map(([name, value]) => `${name.padStart(10)}: ${value}`).join("\n"));
}

function wholeNumber(command: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Infinity;
  if (value > max) {
    throw commandError(`Cannot run .${command} with "${text}": expected a whole number from 0 to ${max}`);
  }
  return value;
}

/** Commands about the session itself. */
export const SESSION_COMMANDS: readonly MetaCommand[] = [
  {
    name: "show",
    parameters: [],
    summary: "show the settings",
    run: showSettings,
  },
  {
    name: "history",
    parameters: [{ name: "N", accepts: { kind: "text" }, optional: true }],
    summary: `show the last ${HISTORY_SHOWN} or N entries of the history`,
    async run(session, [count]) {
      const shown = count === undefined ? HISTORY_SHOWN : wholeNumber("history", count, 1e9);
      const entries = session.history.slice(0, shown).toReversed();
      if (entries.length > 0) await session.print(entries.join("\n"));
    },
  },
  {
    name: "quit",
    aliases: ["exit"],
    parameters: [{ name: "CODE", accepts: { kind: "text" }, optional: true }],
    summary: "leave, with an exit code if one is given",
    details: ["An open transaction is rolled back."],
    run: (session, [code]) => session.leave(code === undefined ? 0 : wholeNumber("quit", code, 255)),
  },
];
