import type { Session } from "./session.ts";

/** What a parameter of a dot command accepts; completion offers the same. */
export type ParameterKind =
  /** One of the values; `aliases` are taken too, but not offered. */
  | { readonly kind: "choice"; readonly values: readonly string[]; readonly aliases?: readonly string[] }
  | { readonly kind: "table" }
  | { readonly kind: "file" }
  | { readonly kind: "command" }
  /** Anything, checked by the handler; `examples` are offered by completion. */
  | { readonly kind: "text"; readonly examples?: readonly string[] }
  /**
   * The rest of the line as written, quotes and all: SQL, which `words` may precede, or with `named` the name of a
   * statement's parameter and SQL.
   */
  | { readonly kind: "rest"; readonly words?: readonly string[]; readonly named?: boolean };

/** One parameter of a dot command. */
export interface Parameter {
  /** As help shows it. */
  readonly name: string;
  readonly accepts: ParameterKind;
  /** Default `false`. */
  readonly optional?: boolean;
  /** May be given several times; only the last parameter. Default `false`. */
  readonly repeated?: boolean;
}

/** A dot command: everything help, completion and the dispatcher know about it. */
export interface MetaCommand {
  /** Without the dot. */
  readonly name: string;
  /** Other spellings, hidden from the overview. */
  readonly aliases?: readonly string[];
  readonly parameters: readonly Parameter[];
  /** One line, no period. */
  readonly summary: string;
  /** Further lines of `.help NAME`. */
  readonly details?: readonly string[];
  /** Lines to type, shown last by `.help NAME`. */
  readonly examples?: readonly string[];
  readonly run: (session: Session, values: readonly string[]) => Promise<void> | void;
}

/** The command with its parameters, as help shows it: `.import FILE TABLE`. */
export function usageOf(command: MetaCommand): string {
  const parameters = command.parameters.map((parameter) => {
    const name = parameter.repeated ? `${parameter.name}…` : parameter.name;
    return parameter.optional && !name.startsWith("[") ? `[${name}]` : name;
  });
  return [`.${command.name}`, ...parameters].join(" ");
}
