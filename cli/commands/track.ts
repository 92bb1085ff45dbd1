import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { HistoryEnd } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { HISTORY_FLAGS, historyEnd } from "./history_end.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  tables: multiple(
    argument(plainText("TABLE"), { description: message`Tables; all ordinary ones when none is named.` }),
  ),
  ...HISTORY_FLAGS,
});

/** `rhei track`: starts change capture. */
export const trackCommand = command(
  "track",
  map(parser, ({ database, tables, ...flags }): ParsedCommand => ({
    run: (context) => runTrack(database, tables, historyEnd(flags), context),
  })),
  {
    brief: message`Start capturing changes.`,
    description:
      message`Starts capturing changes of the named tables, or of all, untracked ones included, so that the mirror can follow them. With --sync-mode it changes the mode the whole database is kept in: temporal keeps every version of a row; going back needs a word on what becomes of the versions there are.`,
    usageLine: ownUsage,
    footer: examples(
      "rhei track app.db",
      "rhei track app.db orders customers",
      "rhei track app.db --sync-mode temporal",
      "rhei track app.db --sync-mode destructive --keep-history",
    ),
  },
);

async function runTrack(
  database: string,
  tables: readonly string[],
  history: HistoryEnd | undefined,
  context: CommandContext,
): Promise<number> {
  const { syncMode } = context.config;
  if (history !== undefined && syncMode !== "destructive") {
    throw new RheiError("CONFIG", "Cannot end history: it ends with --sync-mode destructive");
  }
  // Only what is asked for here and now changes the mode: a file or the environment says which mode is expected.
  const anyMode = context.flags["sync-mode"] !== undefined;
  const options = { create: false, background: false, track: false, anyMode };
  return await withEngine(database, context, options, async (engine) => {
    await engine.track(tables, {
      ...(syncMode === null ? {} : { syncMode }),
      ...(history === undefined ? {} : { history }),
    });
    const what = tables.length === 0
      ? "Changes of all tables are captured"
      : `Changes are captured: ${tables.join(", ")}`;
    context.terminal.notice(syncMode === null ? what : `${what}; the database is kept in sync mode ${syncMode}`);
    return 0;
  });
}
