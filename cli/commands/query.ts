import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { endTransaction } from "./end_transaction.ts";
import { withEngine } from "./open_engine.ts";
import { showResult } from "./show_result.ts";
import { type GivenParameters, parametersGiven, STATEMENT_PARAMETERS } from "./statement_parameters.ts";

interface QueryArguments extends GivenParameters {
  readonly database: string;
  readonly sql: string;
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  sql: argument(plainText("SQL"), { description: message`One statement.` }),
  ...STATEMENT_PARAMETERS,
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
      'rhei query app.db "select * from orders where id = :id" --params params.json',
    ),
  },
);

async function runQuery(given: QueryArguments, context: CommandContext): Promise<number> {
  const { database, sql } = given;
  const values = await parametersGiven(given);
  return await withEngine(database, context, { create: false, background: false }, async (engine) => {
    await showResult(await engine.run(sql, values, { signal: context.signal }), context);
    await endTransaction(engine, context.terminal);
    return 0;
  });
}
