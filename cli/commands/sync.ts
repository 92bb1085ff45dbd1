import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, withDefault } from "@optique/core/modifiers";
import { argument, command, flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  rebuild: multiple(
    option("--rebuild", plainText("TABLE"), {
      description:
        message`Read this table anew, after its values were repaired for instance; may be given several times.`,
    }),
  ),
  all: withDefault(flag("--rebuild-all", { description: message`Read every table anew.` }), false),
});

/** `rhei sync`: brings the mirror up to date once. */
export const syncCommand = command(
  "sync",
  map(parser, ({ database, rebuild, all }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const anew = all || rebuild.length > 0;
        const report = anew
          ? await engine.rebuild(...(all ? [] : rebuild))
          : await engine.syncNow({ signal: context.signal });
        context.terminal.endProgress();
        await context.terminal.stdout.write(`${REPORTS.sync(report)}\n`);
        return 0;
      }),
  })),
  {
    brief: message`Bring the mirror up to date once.`,
    description:
      message`Brings the mirror up to date with every committed change and prints what that took. A table whose values do not fit the mirror comes back by itself soon after they were repaired, and at once with --rebuild.`,
    usageLine: ownUsage,
    footer: examples("rhei sync app.db", "rhei sync app.db --rebuild orders --rebuild customers"),
  },
);
