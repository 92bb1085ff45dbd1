import { type Message, message, text } from "@optique/core/message";
import type { Usage, UsageTerm } from "@optique/core/usage";
import type { NonEmptyString, ValueParser } from "@optique/core/valueparser";
import { OPTION_SPECS, type RheiConfig } from "../../src/config/mod.ts";
import type { HostProcess, Terminal } from "../terminal/mod.ts";

/** What a subcommand is given besides its arguments. */
export interface CommandContext {
  /** Version of rhei. */
  readonly version: string;
  readonly config: RheiConfig;
  /** The part of it that was given on the command line itself, as text by flag name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Reads the configuration anew, from the same places. @throws {RheiError} `CONFIG` if it is wrong now. */
  readonly reloadConfig: () => RheiConfig;
  readonly terminal: Terminal;
  readonly host: HostProcess;
  /** Aborted by Ctrl-C and, for a service, SIGTERM; or when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /** Has `handler` decide what SIGINT does, instead of ending the process. */
  readonly takeInterrupts: (handler: () => void) => void;
}

// A type, not an interface: the parser library merges only values it sees to be plain objects.
/** What a subcommand's arguments are parsed to: its work, ready to run. Resolves to the exit code; failures are thrown. */
export type ParsedCommand = {
  readonly run: (context: CommandContext) => Promise<number>;
  /** Whether it runs until a signal ends it: SIGINT and SIGTERM are then no failure. Default `false`. */
  readonly service?: boolean;
};

/** The lines under a command's help. */
export function examples(...lines: readonly string[]): Message {
  const terms = lines.flatMap((line) => [{ type: "lineBreak" as const }, text(`  ${line}`)]);
  return [text("Examples:"), ...terms];
}

/** A value that is taken as it is; `choices` are completed only. What is allowed is checked where its meaning is known. */
export function plainText(metavar: string, choices: readonly string[] = []): ValueParser<"sync", string> {
  return {
    mode: "sync",
    metavar: metavar as NonEmptyString,
    placeholder: "",
    parse: (input) => ({ success: true, value: input }),
    format: (value) => value,
    *suggest(prefix) {
      for (const choice of choices) if (choice.startsWith(prefix)) yield { kind: "literal", text: choice };
    },
  };
}

/** The usage line of a command without the global options, which have a section of their own in its help. */
export function ownUsage(usage: Usage): Usage {
  const isGlobal = (name: string): boolean =>
    Object.values(OPTION_SPECS).some((spec) => name === `--${spec.flag}`) || name === "--config" ||
    name === "--no-color";
  const keeps = (term: UsageTerm): boolean =>
    term.type === "option" ? !term.names.some(isGlobal) : term.type === "optional" ? term.terms.some(keeps) : true;
  return usage.filter(keeps);
}

/** What the first argument of nearly every command is. */
export const DATABASE_HELP: Message = message`Database file, :memory:, or a libsql:// or https:// address.`;
