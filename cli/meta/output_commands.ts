import { RESULT_FORMATS, type ResultFormat } from "../../src/config/mod.ts";
import type { MetaCommand } from "./meta_command.ts";
import { ON_OFF } from "./on_off.ts";
import { commandError } from "./command_error.ts";

function rowsShownMax(text: string): number | null {
  if (text === "all") return null;
  const rows = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (rows < 1) {
    throw commandError(`Cannot set .maxrows to "${text}": expected all or a whole number from 1`);
  }
  return rows;
}

/** Commands about how and where results are printed. */
export const OUTPUT_COMMANDS: readonly MetaCommand[] = [
  {
    name: "mode",
    parameters: [{ name: "FORMAT", accepts: { kind: "choice", values: RESULT_FORMATS }, optional: true }],
    summary: "show or choose how results are printed",
    details: [`FORMAT is one of ${RESULT_FORMATS.join(", ")}.`],
    async run(session, [format]) {
      if (format === undefined) await session.print(session.settings.mode);
      else session.settings.mode = format as ResultFormat;
    },
  },
  {
    name: "maxrows",
    parameters: [{ name: "N|all", accepts: { kind: "text", examples: ["all"] }, optional: true }],
    summary: "show or choose how many rows of a box are shown",
    details: ["Only what is shown at a terminal is shortened, never what goes to a file or pipe."],
    async run(session, [value]) {
      if (value === undefined) await session.print(String(session.settings.rowsShownMax ?? "all"));
      else session.settings.rowsShownMax = rowsShownMax(value);
    },
  },
  {
    name: "output",
    parameters: [{ name: "FILE", accepts: { kind: "file" }, optional: true }],
    summary: "send results to FILE, or back to the terminal",
    details: ["An existing file is replaced."],
    run: (session, [path]) => session.redirect(path ?? null, false),
  },
  {
    name: "once",
    parameters: [{ name: "FILE", accepts: { kind: "file" } }],
    summary: "send only the next result to FILE",
    run: (session, [path]) => session.redirect(path ?? null, true),
  },
  {
    name: "timer",
    parameters: [{ name: "on|off", accepts: { kind: "choice", values: ON_OFF }, optional: true }],
    summary: "say rows, time and engine after each statement",
    async run(session, [value]) {
      if (value === undefined) await session.print(session.settings.timer ? "on" : "off");
      else session.settings.timer = value === "on";
    },
  },
  {
    name: "print",
    parameters: [{ name: "TEXT", accepts: { kind: "rest" }, optional: true }],
    summary: "print TEXT",
    run: (session, [text]) => session.print(text ?? ""),
  },
];
