import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { HistoryEnd } from "../../mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { HISTORY_FLAGS, historyEnd } from "./history_end.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  tables: multiple(
    argument(plainText("TABLE"), { description: message`Tables; all of rhei goes when none is named.` }),
  ),
  ...HISTORY_FLAGS,
});

/** `rhei untrack`: ends change capture. */
export const untrackCommand = command(
  "untrack",
  map(parser, ({ database, tables, ...flags }): ParsedCommand => ({
    run: (context) => runUntrack(database, tables, historyEnd(flags), context),
  })),
  {
    brief: message`Stop capturing changes.`,
    description:
      message`Stops capturing changes of the named tables; they stay untracked until rhei track names them or all. Without names it stops capturing altogether and leaves no _rhei_* object in the database. Where there is history, say what becomes of it.`,
    usageLine: ownUsage,
    footer: examples(
      "rhei untrack app.db",
      "rhei untrack app.db orders",
      "rhei untrack app.db orders --discard-history",
    ),
  },
);

async function runUntrack(
  database: string,
  tables: readonly string[],
  history: HistoryEnd | undefined,
  context: CommandContext,
): Promise<number> {
  const options = { create: false, background: false, track: false, anyMode: true };
  return await withEngine(database, context, options, async (engine) => {
    await engine.untrack(tables, history === undefined ? {} : { history });
    context.terminal.notice(
      tables.length === 0
        ? "Changes are no longer captured; nothing of rhei is left in the database"
        : `Changes are no longer captured: ${tables.join(", ")}`,
    );
    return 0;
  });
}
