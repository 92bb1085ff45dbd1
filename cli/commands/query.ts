import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import { argument, command, flag } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";
import { parameterValue } from "./parameter_value.ts";
import { showResult } from "./show_result.ts";

interface QueryArguments {
  readonly database: string;
  readonly sql: string;
  readonly params: readonly string[];
  readonly text: boolean | undefined;
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  sql: argument(plainText("SQL"), { description: message`One statement.` }),
  params: multiple(
    argument(plainText("PARAM"), {
      description:
        message`Values of the statement's ?, read as SQL: 5, 1.5, null, x'00ff', 'quoted text'; anything else is text. Values that begin with a dash come after --.`,
    }),
  ),
  text: optional(flag("--text", { description: message`Take every PARAM as text, whatever it looks like.` })),
});

/** `rhei query`: one statement, routed. */
export const queryCommand = command(
  "query",
  map(parser, (given): ParsedCommand => ({ run: (context) => runQuery(given, context) })),
  {
    brief: message`Run one statement and print its rows.`,
    description: message`Runs one statement on the engine that suits it and prints its rows.`,
    usageLine: ownUsage,
    footer: examples(
      'rhei query app.db "select status, count(*) from orders group by 1"',
      'rhei query app.db "select * from orders where id = ?" 42 --format json',
      'rhei query app.db "select * from orders where total < ?" -- -5',
    ),
  },
);

async function runQuery({ database, sql, params, text }: QueryArguments, context: CommandContext): Promise<number> {
  const values = text === true ? params : params.map(parameterValue);
  return await withEngine(database, context, { create: false, background: false }, async (engine) => {
    await showResult(await engine.run(sql, values, { signal: context.signal }), context);
    return 0;
  });
}
