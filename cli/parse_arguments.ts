import { merge, or } from "@optique/core/constructs";
import { runParser } from "@optique/core/facade";
import { formatMessage, type Message, message } from "@optique/core/message";
import { RheiError } from "../src/errors/mod.ts";
import {
  explainCommand,
  exportCommand,
  historyCommand,
  importCommand,
  type ParsedCommand,
  queryCommand,
  runCommand,
  serveCommand,
  shellCommand,
  statusCommand,
  syncCommand,
  topCommand,
  trackCommand,
  untrackCommand,
  verifyCommand,
} from "./commands/mod.ts";
import { GLOBAL_PARSER, type GlobalOptions, globalOptions } from "./global_options.ts";

/** What a command line asks for: work to do, or text to print. */
export type Invocation =
  | { readonly kind: "command"; readonly command: ParsedCommand; readonly options: GlobalOptions }
  | { readonly kind: "text"; readonly text: string };

const PROGRAM = merge(
  or(
    shellCommand,
    runCommand,
    queryCommand,
    explainCommand,
    trackCommand,
    untrackCommand,
    syncCommand,
    statusCommand,
    verifyCommand,
    historyCommand,
    importCommand,
    exportCommand,
    serveCommand,
    topCommand,
  ),
  GLOBAL_PARSER,
);

/** How help is laid out. */
export interface HelpLayout {
  readonly colors: boolean;
  /** Columns to wrap at. */
  readonly width: number;
}

/**
 * Parses the command line; help, completions and the version come back as text.
 *
 * @throws {RheiError} `CONFIG` when it is wrong, with a suggestion where one is near.
 */
export function parseArguments(args: readonly string[], version: string, layout: HelpLayout): Invocation {
  const printed: string[] = [];
  const asText = (): Invocation => ({ kind: "text", text: `${printed.join("\n").trimEnd()}\n` });
  if (args.length === 0) {
    throw new RheiError("CONFIG", "Cannot tell what to do: no command is given", {
      hint: "rhei --help lists the commands",
    });
  }
  const parsed: unknown = runParser(PROGRAM, "rhei", args, {
    brief: message`rhei: one SQL over a live SQLite database, with analytical queries answered by a columnar mirror.`,
    footer: message`Every global option is also an environment variable (--olap is RHEI_OLAP) and a key of rhei.toml.`,
    help: { option: { names: ["--help", "-h"] }, command: { names: ["help"], hidden: true }, onShow: asText },
    version: { option: { names: ["--version", "-V"] }, value: `rhei ${version}`, onShow: asText },
    completion: { command: { names: ["completions"] }, onShow: asText },
    usageLine: ["COMMAND", "DB", "[ARGUMENT...]", "[OPTION...]"].map((value) => ({ type: "literal", value })),
    commandList: "top-level",
    aboveError: "none",
    colors: layout.colors,
    maxWidth: layout.width,
    termWidth: "auto",
    stdout: (text) => printed.push(text),
    stderr: () => {},
    onError: (_exitCode, error) => {
      throw usageError(error, args);
    },
  });
  if (isInvocation(parsed)) return parsed;
  const given = parsed as Readonly<Record<string, unknown>>;
  const command = { run: given["run"] as ParsedCommand["run"], service: given["service"] === true };
  return { kind: "command", command, options: globalOptions(given) };
}

function isInvocation(parsed: unknown): parsed is Invocation {
  return (parsed as { kind?: unknown }).kind === "text";
}

/** The library's message in rhei's form: no last period, the suggestion as the hint. */
function usageError(error: Message, args: readonly string[]): RheiError {
  const plain = formatMessage(error, { colors: false, quotes: true }).replaceAll("`", '"');
  const [what = "", ...rest] = plain.split(/\n\s*\n/);
  const suggestion = rest.join(" ").replace(/\s+/g, " ").replace(/^D/, "d").trim();
  const unexpected = /^Unexpected option or argument: "(.*)"/.exec(what)?.[1] ?? "";
  const hint = /^-\.?\d/.test(unexpected)
    ? "values that begin with a dash come after --"
    : isDatabaseAlone(unexpected, args) && !suggestion
    ? `a command comes first, as in rhei shell ${unexpected}`
    : suggestion || "rhei --help shows how it is used";
  return new RheiError("CONFIG", what.trim().replace(/\.$/, ""), { hint });
}

/** Whether an argument looks like a database given where a command is to come, as other shells take it. */
function isDatabaseAlone(argument: string, [first = ""]: readonly string[]): boolean {
  return /^[^-].*[.:]/.test(argument) && (first === argument || first.startsWith("-"));
}
