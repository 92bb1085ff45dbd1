import { RheiError, suggest } from "../errors/mod.ts";
import { type ConfigFile, readConfigFile } from "./config_file.ts";
import { environmentName, OPTION_SPECS, type OptionSpec, type RheiConfig } from "./option_spec.ts";

/** Where the values of {@linkcode resolveConfig} come from. */
export interface ConfigInput {
  /** Text given for each flag, by flag name without dashes; a switch that was given is `"true"`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
  /** The environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The `--config` file; default `RHEI_CONFIG`, then `rhei.toml` in `folder` if there is one. */
  readonly configPath?: string | undefined;
  /** Folder a default `rhei.toml` is looked for in. Default the current one. */
  readonly folder?: string | undefined;
}

const CONFIG_VARIABLE = environmentName("config");

/**
 * Resolves every option: flag, then environment, then file, then default. An empty environment variable counts as not set.
 * Every source that is given is checked in full, also where a stronger one overrides it.
 *
 * @throws {RheiError} `CONFIG` for an unknown key, a value that is not allowed, or a file that cannot be read; the message names
 * the source, the value received and what is allowed.
 */
export function resolveConfig(input: ConfigInput = {}): RheiConfig {
  const env = input.env ?? {};
  const flags = input.flags ?? {};
  const file = readConfigFile(input.configPath ?? (env[CONFIG_VARIABLE] || undefined), input.folder ?? ".");
  const known = new Set<string>();
  const resolved: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(OPTION_SPECS) as [string, OptionSpec][]) {
    known.add(spec.key);
    const variable = environmentName(spec.flag);
    const given = [
      valueFrom(spec, flags[spec.flag], `--${spec.flag}`),
      valueFrom(spec, env[variable] || undefined, variable),
      valueFromFile(spec, file),
    ].find((value) => value !== undefined);
    resolved[name] = given === undefined ? spec.defaultValue : given;
  }
  if (file !== null) refuseUnknownKeys(file, known);
  // Safe: the loop above set every name of OPTION_SPECS, whose type ties each name to its value's type.
  return resolved as unknown as RheiConfig;
}

function valueFrom(spec: OptionSpec, text: string | undefined, label: string): unknown {
  if (text === undefined) return undefined;
  const value = spec.parse(text);
  if (value !== undefined) return value;
  throw notAllowed(spec, label, JSON.stringify(text), text);
}

function valueFromFile(spec: OptionSpec, file: ConfigFile | null): unknown {
  if (file === null || !Object.hasOwn(file.values, spec.key)) return undefined;
  const value = file.values[spec.key];
  const label = `"${spec.key}" in "${file.path}"`;
  const type = Number.isSafeInteger(value) ? "integer" : typeof value;
  // A word among the choices, such as off, stands for itself whatever the type of the other values.
  const isChoice = typeof value === "string" && spec.choices.includes(value);
  if (type !== spec.tomlType && !isChoice) throw notAllowed(spec, label, display(value), undefined);
  return valueFrom(spec, String(value), label);
}

function refuseUnknownKeys(file: ConfigFile, known: ReadonlySet<string>): void {
  for (const key of Object.keys(file.values)) {
    if (known.has(key)) continue;
    const path = keyPath(key, file.values[key]);
    const near = suggest(key, known);
    throw new RheiError("CONFIG", `Cannot use "${path}" in "${file.path}": no such key`, {
      hint: near === undefined ? `the keys are ${[...known].join(", ")}` : `did you mean "${near}"?`,
      details: { path: file.path, key: path },
    });
  }
}

/** A table's first key is named too: `[olap] backend = …` is reported as `olap.backend`. */
function keyPath(key: string, value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Date) return key;
  const [inner] = Object.keys(value);
  return inner === undefined ? key : `${key}.${inner}`;
}

function notAllowed(spec: OptionSpec, label: string, received: string, text: string | undefined): RheiError {
  const near = text === undefined ? undefined : suggest(text, spec.choices);
  return new RheiError("CONFIG", `Cannot use ${label}: received ${received}, allowed: ${spec.allowed}`, {
    ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
    details: { option: spec.flag, received, allowed: spec.allowed },
  });
}

function display(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => typeof inner === "bigint" ? inner.toString() : inner) ?? String(value);
}
