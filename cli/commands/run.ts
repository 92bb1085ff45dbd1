import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, flag } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { decodeUtf8, fileFailure } from "../transfer/mod.ts";
import { type CommandContext, DATABASE_HELP, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { runScriptText } from "./run_script_text.ts";

interface RunArguments {
  readonly database: string;
  readonly script: string;
  readonly keepGoing: boolean | undefined;
}

const parser = object({
  database: argument(path({ metavar: "DB" }), { description: DATABASE_HELP }),
  script: argument(path({ metavar: "SCRIPT", type: "file" }), {
    description: message`File of SQL and dot commands; - reads stdin.`,
  }),
  keepGoing: optional(
    flag("--keep-going", { description: message`Go on after an error; the exit code is 1 all the same.` }),
  ),
});

/** `rhei run`: a script of SQL and dot commands. */
export const runCommand = command(
  "run",
  map(parser, (given): ParsedCommand => ({ run: (context) => runRun(given, context) })),
  {
    brief: message`Run a script of SQL and dot commands.`,
    description: message`Runs a script. It stops at the first error, which names file, line and statement.`,
    usageLine: ownUsage,
    footer: examples(
      "rhei run app.db schema.sql",
      "rhei run app.db - < changes.sql",
      "rhei run app.db repair.sql --keep-going",
      "a script whose first line is #!/usr/bin/env -S rhei run app.db runs by itself",
    ),
  },
);

async function runRun({ database, script, keepGoing }: RunArguments, context: CommandContext): Promise<number> {
  const fromStdin = script === "-";
  let bytes: Uint8Array;
  try {
    bytes = fromStdin ? await buffer(context.host.stdin) : await readFile(script);
  } catch (error) {
    throw fileFailure("read", script, error);
  }
  const name = fromStdin ? "stdin" : script;
  const text = decodeUtf8(bytes, name);
  return await runScriptText({ database, text, name, keepGoing: keepGoing === true }, context);
}
