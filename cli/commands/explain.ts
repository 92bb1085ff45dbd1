import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, flag } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { REPORTS } from "../reports/mod.ts";
import { DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";
import { parametersGiven, STATEMENT_PARAMETERS } from "./statement_parameters.ts";

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  sql: argument(plainText("SQL"), { description: message`One statement; it is not run, except by --analyze.` }),
  analyze: optional(
    flag("--analyze", { description: message`Run a SELECT, and show the rows and time of each step of its plan.` }),
  ),
  ...STATEMENT_PARAMETERS,
});

/** `rhei explain`: where a statement would go and why. */
export const explainCommand = command(
  "explain",
  map(parser, ({ database, sql, analyze, ...given }): ParsedCommand => ({
    run: (context) =>
      withEngine(database, context, { create: false, background: false }, async (engine) => {
        const params = await parametersGiven(given);
        const explanation = await engine.explain(sql, params, { signal: context.signal, analyze: analyze === true });
        await context.terminal.stdout.write(`${REPORTS.explanation(explanation, context.terminal.width())}\n`);
        return 0;
      }),
  })),
  {
    brief: message`Say where a statement would go and why.`,
    description: message`Says which engine would answer a statement and why, and prints that engine's plan.`,
    usageLine: ownUsage,
    footer: examples(
      'rhei explain app.db "select sum(total) from orders"',
      'rhei explain app.db "select * from orders where id = ?" 42',
      'rhei explain app.db --analyze "select status, count(*) from orders group by 1"',
    ),
  },
);
