import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  sql: argument(plainText("SQL"), { description: message`One statement; it is not run.` }),
});

/** `rhei explain`: where a statement would go and why. */
export const explainCommand = command(
  "explain",
  map(parser, ({ database, sql }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const explanation = await engine.explain(sql, [], { signal: context.signal });
        await context.terminal.stdout.write(`${REPORTS.explanation(explanation)}\n`);
        return 0;
      }),
  })),
  {
    brief: message`Say where a statement would go and why.`,
    description: message`Says which engine would answer a statement and why, and prints that engine's plan.`,
    usageLine: ownUsage,
    footer: examples('rhei explain app.db "select sum(total) from orders"'),
  },
);
