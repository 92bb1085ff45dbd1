import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { counted, durationText } from "../render/mod.ts";
import { formatOfPath, importFile, importProgressText } from "../transfer/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";

interface ImportArguments {
  readonly database: string;
  readonly table: string;
  readonly file: string;
  readonly noHeader: boolean | undefined;
  readonly delimiter: string | undefined;
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  table: argument(plainText("TABLE"), { description: message`Table to fill; made with fitting types if missing.` }),
  file: argument(path({ metavar: "FILE", type: "file" }), {
    description: message`CSV, TSV, JSON, JSON Lines, Parquet or Arrow, told by its ending.`,
  }),
  noHeader: optional(
    flag("--no-header", { description: message`CSV and TSV: the first line is data; columns match by position.` }),
  ),
  delimiter: optional(
    option("--delimiter", plainText("CHAR"), { description: message`CSV: what separates fields (default: a comma).` }),
  ),
});

/** `rhei import`: a file into a table. */
export const importCommand = command(
  "import",
  map(parser, (given): ParsedCommand => ({ run: (context) => runImport(given, context) })),
  {
    brief: message`Load a file into a table.`,
    description:
      message`Loads a file into a table, all of it or nothing. Columns match by name. In CSV an empty field is NULL and "" an empty text.`,
    usageLine: ownUsage,
    footer: examples(
      "rhei import app.db orders orders.csv",
      "rhei import app.db orders export.csv --delimiter ';'",
      "rhei import app.db lineitem lineitem.parquet",
    ),
  },
);

async function runImport(given: ImportArguments, context: CommandContext): Promise<number> {
  const { database, table, file, noHeader, delimiter } = given;
  // Before a database is made for a file that cannot be read.
  formatOfPath(file);
  const { terminal, signal } = context;
  const startedMs = performance.now();
  return await withEngine(database, context, { create: true, background: false }, async (engine, showProgress) => {
    const { rows, created } = await importFile(engine, file, table, {
      signal,
      header: noHeader !== true,
      ...(delimiter === undefined ? {} : { delimiter }),
      onProgress: (progress) => showProgress(importProgressText(file, progress)),
    });
    terminal.endProgress();
    const into = created ? `new table "${table}"` : `"${table}"`;
    terminal.notice(`${counted(rows, "row")} imported into ${into} · ${durationText(performance.now() - startedMs)}`);
    return 0;
  });
}
