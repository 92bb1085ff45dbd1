import type { LiveOptions } from "../../mod.ts";
import { OPTION_SPECS, type RheiConfig } from "../../src/config/mod.ts";

/** What a configuration read anew changes of the one in use. */
export interface ConfigChanges {
  /** What an open database can take over. */
  readonly live: LiveOptions;
  /** Keys in `rhei.toml` of what was taken over. */
  readonly applied: readonly string[];
  /** Keys of what waits for the next start. */
  readonly waiting: readonly string[];
  /** What is in use from now on. */
  readonly config: RheiConfig;
}

const LIVE = [
  "syncIntervalMs",
  "freshness",
  "route",
] as const satisfies readonly (keyof LiveOptions & keyof RheiConfig)[];

/** What changes at once if metrics are counted. */
const METRICS = ["metricsPort", "metricsHost"] as const satisfies readonly (keyof LiveOptions & keyof RheiConfig)[];

/** What nothing in a service reads. */
const UNUSED: readonly (keyof RheiConfig)[] = ["format"];

/** Compares the configuration in use with one read anew. */
export function configChanges(used: RheiConfig, read: RheiConfig): ConfigChanges {
  const differing = (Object.keys(OPTION_SPECS) as (keyof RheiConfig)[])
    .filter((name) => used[name] !== read[name] && !UNUSED.includes(name));
  // What was not counted from the start cannot be shown.
  const moves = used.metricsPort !== null;
  const canChange: readonly (keyof RheiConfig)[] = moves ? [...LIVE, ...METRICS] : LIVE;
  const applied = canChange.filter((name) => differing.includes(name));
  const waiting = differing.filter((name) => !canChange.includes(name));
  const live: LiveOptions = Object.fromEntries(applied.map((name) => [name, read[name]]));
  const keyOf = (name: keyof RheiConfig): string => OPTION_SPECS[name].key;
  return { live, applied: applied.map(keyOf), waiting: waiting.map(keyOf), config: { ...used, ...live } as RheiConfig };
}
