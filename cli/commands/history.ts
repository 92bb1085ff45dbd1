import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { historyRows } from "../reports/mod.ts";
import { durationText } from "../render/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";
import { parameterValue } from "./parameter_value.ts";
import { showRows } from "./show_result.ts";

interface HistoryArguments {
  readonly database: string;
  readonly table: string;
  readonly key: readonly string[];
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  table: argument(plainText("TABLE"), { description: message`A table in temporal mode.` }),
  key: multiple(
    argument(plainText("KEY"), {
      description:
        message`The row's primary key, a value for each of its columns, read as SQL: 5, 'quoted text'; anything else is text.`,
    }),
    { min: 1 },
  ),
});

/** `rhei history`: the versions of a row and what changed in each. */
export const historyCommand = command(
  "history",
  map(parser, (given): ParsedCommand => ({ run: (context) => runHistory(given, context) })),
  {
    brief: message`Print the versions of a row and what changed in each.`,
    description:
      message`Prints the versions of one row of a table in temporal mode, oldest first, and what changed in each. A row without a primary key is known by its rowid.`,
    usageLine: ownUsage,
    footer: examples(
      "rhei history app.db orders 42",
      "rhei history app.db stock Berlin 3 --format json",
      "rhei history app.db limits -- -1",
    ),
  },
);

async function runHistory({ database, table, key }: HistoryArguments, context: CommandContext): Promise<number> {
  return await withEngine(database, context, { create: false, background: false }, async (engine) => {
    const history = await engine.history(table, key.map(parameterValue), { signal: context.signal });
    await showRows(historyRows(history), context);
    const { versions: { length }, retiredBefore } = history;
    if (retiredBefore !== null) {
      context.terminal.notice(`versions that ended by ${retiredBefore} may be missing: they are no longer kept`);
    }
    context.terminal.footer(`${length} ${length === 1 ? "version" : "versions"} · ${durationText(history.durationMs)}`);
    return 0;
  });
}
