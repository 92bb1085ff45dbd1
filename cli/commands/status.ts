import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS, statusJson } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({ database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }) });

/** `rhei status`: tables, rows, backend, lag, log. */
export const statusCommand = command(
  "status",
  map(parser, ({ database }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const status = await engine.status();
        const asJson = context.config.format === "json" || context.config.format === "jsonl";
        await context.terminal.stdout.write(`${asJson ? statusJson(status) : REPORTS.status(status)}\n`);
        return 0;
      }),
  })),
  {
    brief: message`Show tables, mirror, lag and log.`,
    description:
      message`Shows the tracked tables with their rows, the mirror, how far it is behind, and the size of the change log.`,
    usageLine: ownUsage,
    footer: examples("rhei status app.db", "rhei status app.db --format json"),
  },
);
