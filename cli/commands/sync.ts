import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({ database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }) });

/** `rhei sync`: brings the mirror up to date once. */
export const syncCommand = command(
  "sync",
  map(parser, ({ database }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const report = await engine.syncNow({ signal: context.signal });
        context.terminal.endProgress();
        await context.terminal.stdout.write(`${REPORTS.sync(report)}\n`);
        return 0;
      }),
  })),
  {
    brief: message`Bring the mirror up to date once.`,
    description: message`Brings the mirror up to date with every committed change and prints what that took.`,
    usageLine: ownUsage,
    footer: examples("rhei sync app.db"),
  },
);
