import { object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import { OPTION_SPECS, type OptionSpec } from "../src/config/mod.ts";
import { plainText } from "./commands/command.ts";

/** The options every command takes, as given. */
export interface GlobalOptions {
  /** Text of each option that takes part in the configuration, by flag name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly configPath: string | undefined;
}

function flagParser(spec: OptionSpec) {
  const description = [text(spec.summary)];
  if (spec.metavar === null) return optional(map(flag(`--${spec.flag}`, { description }), () => "true"));
  return optional(option(`--${spec.flag}`, plainText(spec.metavar, spec.choices), { description }));
}

/** Parsers of the global options; their values are checked by the configuration, which knows them from other sources too. */
export const GLOBAL_PARSER = object("Global options", {
  ...Object.fromEntries(Object.values(OPTION_SPECS).map((spec) => [spec.flag, flagParser(spec as OptionSpec)])),
  config: optional(
    option("--config", path({ metavar: "FILE", type: "file" }), {
      description: message`File of options (default: rhei.toml in the current folder, if there is one).`,
    }),
  ),
  // Looked for before parsing, because messages about a wrong command line obey it too.
  noColor: optional(flag("--no-color", { description: message`Use no colours, as the variable NO_COLOR does.` })),
});

/** Gathers what the parsers gave. */
export function globalOptions(given: Readonly<Record<string, unknown>>): GlobalOptions {
  const names = Object.values(OPTION_SPECS).map((spec) => spec.flag);
  return {
    flags: Object.fromEntries(names.map((name) => [name, given[name] as string | undefined])),
    configPath: given["config"] as string | undefined,
  };
}
