import {
  HELP_TOPICS,
  isDotCommand,
  META_COMMANDS,
  type MetaCommand,
  type Parameter,
  scanArguments,
} from "../meta/mod.ts";
import { completeSql, type SqlCatalog } from "./complete_sql.ts";
import type { Completion } from "../editor/mod.ts";

/** Everything completion may offer. */
export interface CompletionCatalog extends SqlCatalog {
  /** Paths that begin with the given text; folders end in `/`. */
  readonly files: (beginning: string) => readonly string[];
  /** Parameters of statements that have a value or want one, with their prefix. */
  readonly parameters: readonly string[];
}

/**
 * What Tab offers at the cursor: words of SQL, or a dot command and its arguments.
 *
 * @param text What is typed so far, all lines of an unfinished statement.
 * @param cursor Offset in `text`.
 */
export function complete(text: string, cursor: number, catalog: CompletionCatalog): Completion {
  const before = text.slice(0, cursor);
  const naming = /^\s*(\.[^\s]*)$/.exec(before);
  if (naming !== null) return completeCommandName(naming[1] ?? "");
  if (!isDotCommand(before) || before.includes("\n")) return completeSql(text, cursor, catalog);
  const command = commandOf(before);
  return command === null ? { candidates: [], replaced: "" } : completeArgument(command, before, catalog);
}

function commandNames(): string[] {
  return META_COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])])
    .filter((name) => /^[a-z]/.test(name)).sort();
}

function completeCommandName(typed: string): Completion {
  const names = commandNames().map((name) => `.${name}`);
  return { candidates: names.filter((name) => name.startsWith(typed.toLowerCase())), replaced: typed };
}

function commandOf(line: string): MetaCommand | null {
  const name = /^\s*\.(\S+)/.exec(line)?.[1]?.toLowerCase() ?? "";
  return META_COMMANDS.find((command) => command.name === name || command.aliases?.includes(name)) ?? null;
}

function completeArgument(command: MetaCommand, line: string, catalog: CompletionCatalog): Completion {
  const text = line.slice(/^\s*\.\S+\s*/.exec(line)?.[0].length ?? 0);
  const words = scanArguments(text);
  const last = words.at(-1);
  const typed = last !== undefined && (last.open || last.end === text.length) ? last : undefined;
  const finished = typed === undefined ? words.length : words.length - 1;
  const { parameters } = command;
  const rest = parameters.findIndex(({ accepts }) => accepts.kind === "rest");
  if (rest >= 0 && finished >= rest) {
    return completeRest(parameters[rest]!, text.slice(words[rest]?.start ?? text.length), finished > rest, catalog);
  }
  const parameter = parameters[finished] ?? (parameters.at(-1)?.repeated === true ? parameters.at(-1) : undefined);
  const replaced = typed === undefined ? "" : text.slice(typed.start);
  return { candidates: parameter === undefined ? [] : valuesFor(parameter, typed?.value ?? "", catalog), replaced };
}

/** SQL in the rest of a line; its first word may be one the parameter names, or the name of a statement's parameter. */
function completeRest({ accepts }: Parameter, text: string, begun: boolean, catalog: CompletionCatalog): Completion {
  if (accepts.kind === "rest" && accepts.named) {
    const name = /^\S*/.exec(text)?.[0] ?? "";
    if (name === text) return { candidates: beginning(catalog.parameters, text), replaced: text };
    // An expression stands where a result column would.
    return completeSql(`select ${text.slice(name.length)}`, `select ${text.slice(name.length)}`.length, catalog);
  }
  const found = completeSql(text, text.length, catalog);
  const choices = begun || accepts.kind !== "rest" ? [] : accepts.words ?? [];
  return { ...found, candidates: [...choices.filter((word) => word.startsWith(found.replaced)), ...found.candidates] };
}

function valuesFor(parameter: Parameter, typed: string, catalog: CompletionCatalog): string[] {
  const { accepts } = parameter;
  switch (accepts.kind) {
    case "choice":
      return beginning(accepts.values, typed);
    case "text":
      return beginning(accepts.examples ?? [], typed);
    case "command":
      return typed.startsWith(".")
        ? beginning(commandNames(), typed.slice(1)).map((name) => `.${name}`)
        : beginning([...commandNames(), ...Object.keys(HELP_TOPICS)], typed);
    case "table":
      return beginning(catalog.tables.map(({ name }) => name), typed).map(asArgument).sort();
    case "file":
      return catalog.files(typed).map(asArgument);
    case "rest":
      return [];
  }
}

function beginning(list: readonly string[], typed: string): string[] {
  return list.filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()));
}

/** A folder's quote stays open, so that its files can be completed next. */
function asArgument(value: string): string {
  if (!/[\s'"]/.test(value)) return value;
  const quote = value.includes("'") ? '"' : "'";
  return `${quote}${value}${value.endsWith("/") ? "" : quote}`;
}
