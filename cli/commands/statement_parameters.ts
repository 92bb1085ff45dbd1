import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { SqlParameters } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { readParameters } from "../transfer/mod.ts";
import { plainText } from "./command.ts";
import { parameterValue } from "./parameter_value.ts";

/** Arguments and options that give a statement's parameters their values, for the parsers of commands that take one. */
export const STATEMENT_PARAMETERS = {
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
};

/** What {@linkcode STATEMENT_PARAMETERS} are parsed to. */
export interface GivenParameters {
  readonly params: readonly string[];
  readonly paramsFile: string | undefined;
  readonly text: boolean | undefined;
}

/** The values given. @throws {RheiError} `CONFIG` when there are some in a file and others beside it. */
export async function parametersGiven({ params, paramsFile, text }: GivenParameters): Promise<SqlParameters> {
  if (paramsFile === undefined) return text === true ? params : params.map(parameterValue);
  if (params.length === 0 && text !== true) return await readParameters(paramsFile);
  throw new RheiError("CONFIG", "Cannot take parameters from --params and from the command line");
}
