import { RESULT_FORMATS, type ResultFormat } from "../../src/config/mod.ts";
import { commandError } from "./command_error.ts";
import type { MetaCommand } from "./meta_command.ts";
import { ON_OFF, switchCommand } from "./on_off.ts";
import type { Session } from "./session.ts";

/** Spellings of formats that users of other shells know. */
const FORMAT_ALIASES: Readonly<Record<string, ResultFormat>> = {
  duckbox: "box",
  columns: "column",
  jsonlines: "jsonl",
  ndjson: "jsonl",
  lines: "line",
  md: "markdown",
  tabs: "tsv",
  trash: "off",
};

/** What each format is for. */
const FORMATS: Readonly<Record<ResultFormat, string>> = {
  box: "a table drawn with lines, fitted to the terminal",
  csv: "comma-separated values with a header",
  tsv: "tab-separated values with a header",
  json: "one array of objects",
  jsonl: "one object a line",
  markdown: "a table for Markdown",
  line: "one value a line, for wide rows",
  table: "a table drawn with ASCII characters",
  column: "columns apart by spaces",
  list: "values with a separator between them, see .separator",
  quote: "values as SQL literals",
  insert: "INSERT statements; .mode insert TABLE names the table",
  html: "rows of an HTML table",
  off: "nothing: for timing",
};

function positiveOr(command: string, words: readonly string[], text: string): number | null {
  if (words.includes(text)) return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1) {
    throw commandError(`Cannot set .${command} to "${text}": expected ${words.join(", ")} or a whole number from 1`);
  }
  return value;
}

async function chooseMode(session: Session, [format, table]: readonly string[]): Promise<void> {
  const { settings } = session;
  if (format === undefined) {
    await session.print(settings.mode === "insert" ? `insert ${settings.insertTable}` : settings.mode);
    return;
  }
  const mode = FORMAT_ALIASES[format] ?? format as ResultFormat;
  if (table !== undefined && mode !== "insert") {
    throw commandError(
      `Cannot set .mode to "${format} ${table}": only insert takes a table`,
      "usage: .mode insert TABLE",
    );
  }
  settings.mode = mode;
  if (table !== undefined) settings.insertTable = table;
}

async function chooseWidths(session: Session, values: readonly string[]): Promise<void> {
  const { settings } = session;
  if (values.length === 0) {
    await session.print(settings.cellWidths.length === 0 ? "auto" : settings.cellWidths.join(" "));
    return;
  }
  if (values.length === 1 && values[0] === "auto") {
    settings.cellWidths = [];
    return;
  }
  const bad = values.find((value) => !/^-?\d{1,4}$/.test(value));
  if (bad !== undefined) {
    throw commandError(`Cannot set .width to "${bad}": expected auto or whole numbers, such as .width 20 0 -8`);
  }
  settings.cellWidths = values.map(Number);
}

async function choosePager(session: Session, [value]: readonly string[]): Promise<void> {
  const { settings } = session;
  if (value === undefined) {
    await session.print(settings.pager ? settings.pagerCommand ?? "on" : "off");
    return;
  }
  settings.pager = value !== "off";
  settings.pagerCommand = ON_OFF.includes(value) ? null : value;
}

function unescaped(text: string): string {
  return text.replace(/\\(t|n|\\)/g, (_, letter: string) => ({ t: "\t", n: "\n" })[letter] ?? "\\");
}

/** Commands about how results are printed. */
const LAYOUT_COMMANDS: readonly MetaCommand[] = [
  {
    name: "mode",
    parameters: [
      {
        name: "FORMAT",
        accepts: { kind: "choice", values: RESULT_FORMATS, aliases: Object.keys(FORMAT_ALIASES) },
        optional: true,
      },
      { name: "TABLE", accepts: { kind: "text" }, optional: true },
    ],
    summary: "show or choose how results are printed",
    details: RESULT_FORMATS.map((format) => `${format.padEnd(8)}  ${FORMATS[format]}`),
    examples: [".mode csv", ".mode insert orders"],
    run: chooseMode,
  },
  switchCommand("headers", "show or choose whether column names come first", "headers"),
  {
    name: "nullvalue",
    parameters: [{ name: "TEXT", accepts: { kind: "text", examples: ["NULL", "∅"] }, optional: true }],
    summary: "show or choose what stands for NULL; '' is nothing",
    details: [
      "At first tables show NULL, dim where colours are on, and CSV an empty field, which differs",
      'from an empty text: "". JSON and SQL literals keep their own null.',
    ],
    examples: [".nullvalue ∅", ".nullvalue ''"],
    async run(session, [text]) {
      const { settings } = session;
      if (text === undefined) await session.print(settings.nullText ?? "the format's own");
      else settings.nullText = text;
    },
  },
  {
    name: "separator",
    parameters: [{ name: "TEXT", accepts: { kind: "text", examples: ["|", ",", "\\t"] }, optional: true }],
    summary: "show or choose what separates values in mode list",
    examples: [".separator ,", ".separator \\t"],
    async run(session, [text]) {
      const { settings } = session;
      if (text === undefined) await session.print(JSON.stringify(settings.separator));
      else settings.separator = unescaped(text);
    },
  },
  {
    name: "maxrows",
    parameters: [{ name: "N|all", accepts: { kind: "text", examples: ["all"] }, optional: true }],
    summary: "show or choose how many rows of a table are shown",
    details: [
      "Of a longer result the first and last rows are shown. Only what is shown at a terminal",
      "is shortened, never what goes to a file or pipe.",
    ],
    async run(session, [value]) {
      if (value === undefined) await session.print(String(session.settings.rowsShownMax ?? "all"));
      else session.settings.rowsShownMax = positiveOr("maxrows", ["all"], value);
    },
  },
  {
    name: "maxwidth",
    parameters: [{ name: "N|auto|none", accepts: { kind: "text", examples: ["auto", "none"] }, optional: true }],
    summary: "show or choose how wide a table may be",
    details: ["auto is as wide as the terminal, none as wide as its values."],
    async run(session, [value]) {
      const { settings } = session;
      if (value === undefined) {
        await session.print(settings.widthMax === "terminal" ? "auto" : String(settings.widthMax ?? "none"));
      } else settings.widthMax = value === "auto" ? "terminal" : positiveOr("maxwidth", ["auto", "none"], value);
    },
  },
  {
    name: "width",
    parameters: [{ name: "N|auto", accepts: { kind: "text", examples: ["auto"] }, optional: true, repeated: true }],
    summary: "show or choose widths of columns, from the first on",
    details: ["0 is as wide as needed; a negative width aligns to the right."],
    examples: [".width 20 0 -8", ".width auto"],
    run: chooseWidths,
  },
  switchCommand("wrap", "show or choose whether wide values go on below", "wrap", [
    "Off cuts them, with … at the end.",
  ]),
];

/** Commands about where results are printed, and what with them. */
const PLACE_COMMANDS: readonly MetaCommand[] = [
  {
    name: "pager",
    parameters: [{ name: "on|off|COMMAND", accepts: { kind: "rest", words: ON_OFF }, optional: true }],
    summary: "show or choose whether long results go to a pager",
    details: [
      "A result that does not fit on the screen is then shown in full by COMMAND, $PAGER or less.",
      "In less the arrow keys scroll, also to the side, / searches and q leaves.",
    ],
    examples: [".pager on", ".pager less -N"],
    run: choosePager,
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
  switchCommand("footer", "say rows, time and engine after each statement", "footer"),
  switchCommand("timer", "take the time apart: sync, routing, running", "timer", [
    "A line after each statement says how long bringing the mirror up to date, choosing the engine",
    "and running took, which engine answered and why.",
  ]),
  switchCommand("echo", "print each statement before it runs", "echo"),
  {
    name: "print",
    parameters: [{ name: "TEXT", accepts: { kind: "rest" }, optional: true }],
    summary: "print TEXT",
    run: (session, [text]) => session.print(text ?? ""),
  },
];

/** Commands about how and where results are printed. */
export const OUTPUT_COMMANDS: readonly MetaCommand[] = [...LAYOUT_COMMANDS, ...PLACE_COMMANDS];
