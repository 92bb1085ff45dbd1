import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({ database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }) });

/** `rhei verify`: proves the mirror equal to the database. */
export const verifyCommand = command(
  "verify",
  map(parser, ({ database }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const report = await engine.verify({ signal: context.signal });
        context.terminal.endProgress();
        await context.terminal.stdout.write(`${REPORTS.verify(report)}\n`);
        return report.equal ? 0 : 1;
      }),
  })),
  {
    brief: message`Prove the mirror equal to the database.`,
    description:
      message`Compares mirror and database by content, table by table. Exits with 1 and the first differing keys if they differ.`,
    usageLine: ownUsage,
    footer: examples("rhei verify app.db"),
  },
);
