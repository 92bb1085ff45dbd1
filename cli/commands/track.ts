import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  tables: multiple(
    argument(plainText("TABLE"), { description: message`Tables; all ordinary ones when none is named.` }),
  ),
});

/** `rhei track`: starts change capture. */
export const trackCommand = command(
  "track",
  map(parser, ({ database, tables }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false, track: false }, async (engine) => {
        await engine.track(...tables);
        context.terminal.notice(
          tables.length === 0 ? "Changes of all tables are captured" : `Changes are captured: ${tables.join(", ")}`,
        );
        return 0;
      }),
  })),
  {
    brief: message`Start capturing changes.`,
    description:
      message`Starts capturing changes of the named tables, or of all, untracked ones included, so that the mirror can follow them.`,
    usageLine: ownUsage,
    footer: examples("rhei track app.db", "rhei track app.db orders customers"),
  },
);
