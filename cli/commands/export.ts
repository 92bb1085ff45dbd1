import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { counted, durationText } from "../render/mod.ts";
import { assertQuery, checkExportPath, exportRows } from "../transfer/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";

interface ExportArguments {
  readonly database: string;
  readonly sql: string;
  readonly file: string;
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  sql: argument(plainText("SQL"), { description: message`The query whose rows are written.` }),
  file: argument(path({ metavar: "FILE", type: "file" }), {
    description: message`CSV, TSV, JSON, JSON Lines, Parquet or Arrow, told by its ending.`,
  }),
});

/** `rhei export`: a query's rows into a file. */
export const exportCommand = command(
  "export",
  map(parser, (given): ParsedCommand => ({ run: (context) => runExport(given, context) })),
  {
    brief: message`Write a query's rows to a file.`,
    description: message`Writes a query's rows to a file, which appears whole or not at all.`,
    usageLine: ownUsage,
    footer: examples(
      'rhei export app.db "select * from orders" orders.parquet',
      'rhei export app.db "select status, sum(total) from orders group by 1" totals.csv',
    ),
  },
);

async function runExport({ database, sql, file }: ExportArguments, context: CommandContext): Promise<number> {
  const startedMs = performance.now();
  assertQuery(sql, `export to "${file}"`);
  await checkExportPath(file);
  return await withEngine(database, context, { create: false, background: false }, async (engine) => {
    const result = await engine.query(sql, [], { signal: context.signal });
    await exportRows({ columns: result.columns, rows: result.exactRows() }, file, context.signal);
    context.terminal.notice(
      `${counted(result.rowCount, "row")} exported to "${file}" · ${durationText(performance.now() - startedMs)}`,
    );
    return 0;
  });
}
