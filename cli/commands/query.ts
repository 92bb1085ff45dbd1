import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import { argument, command, flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { SqlParameters } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { readParameters } from "../transfer/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand, plainText } from "./command.ts";
import { withEngine } from "./open_engine.ts";
import { parameterValue } from "./parameter_value.ts";
import { showResult } from "./show_result.ts";

interface QueryArguments {
  readonly database: string;
  readonly sql: string;
  readonly params: readonly string[];
  readonly text: boolean | undefined;
  readonly paramsFile: string | undefined;
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
  paramsFile: optional(
    option("--params", path({ metavar: "FILE", type: "file" }), {
      description: message`JSON file of the values: an array for ?, an object for :name; {"$blob": "00ff"} is a blob.`,
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
      'rhei query app.db "select * from orders where id = :id" --params params.json',
    ),
  },
);

async function runQuery(given: QueryArguments, context: CommandContext): Promise<number> {
  const { database, sql } = given;
  const values = await parametersOf(given);
  return await withEngine(database, context, { create: false, background: false }, async (engine) => {
    await showResult(await engine.run(sql, values, { signal: context.signal }), context);
    return 0;
  });
}

async function parametersOf({ params, paramsFile, text }: QueryArguments): Promise<SqlParameters> {
  if (paramsFile === undefined) return text === true ? params : params.map(parameterValue);
  if (params.length === 0 && text !== true) return await readParameters(paramsFile);
  throw new RheiError("CONFIG", "Cannot take parameters from --params and from the command line");
}
