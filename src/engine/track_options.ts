import type { SyncMode } from "./open_options.ts";
import { SYNC_MODES } from "./open_options.ts";

/** What becomes of versions of rows that are kept when their table is captured no more, or not in temporal mode. */
export type HistoryEnd = "keep" | "discard";

/** Options of {@linkcode HtapEngine.track}. */
export interface TrackOptions {
  /** Mode that the whole database is kept in from now on, by every process. Default: as it is. */
  readonly syncMode?: SyncMode;
  /**
   * With `syncMode: "destructive"`, and needed where there is history: `keep` ends the present versions and leaves all of them to be
   * read, `discard` deletes them.
   */
  readonly history?: HistoryEnd;
}

/** Options of {@linkcode HtapEngine.untrack}. */
export interface UntrackOptions {
  /** Needed where there is history: `keep` leaves it to be read, `discard` deletes it. */
  readonly history?: HistoryEnd;
}

/** What tables are named by: their names one by one, or a list of them and options. */
export type TableArguments<Options> =
  | readonly string[]
  | readonly [tables: string | readonly string[], options?: Options];

/** The arguments of `track` and `untrack`, checked. @throws {TypeError} @throws {RangeError} */
export function tableArguments(
  method: "track" | "untrack",
  given: TableArguments<TrackOptions>,
): { readonly names: readonly string[] | "all"; readonly options: TrackOptions } {
  const last = given.at(-1);
  const hasOptions = given.length > 0 && typeof last === "object" && !Array.isArray(last);
  const options = hasOptions ? last as TrackOptions : {};
  const names = (hasOptions ? given.slice(0, -1) : given).flat();
  if (names.some((name) => typeof name !== "string")) {
    throw new TypeError(`HtapEngine.${method}() takes names of tables`);
  }
  const known = method === "track" ? ["syncMode", "history"] : ["history"];
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`HtapEngine.${method}() has no option "${key}"`);
  }
  const { syncMode, history } = options;
  if (syncMode !== undefined && !SYNC_MODES.includes(syncMode)) {
    throw new RangeError(`Option syncMode must be one of ${SYNC_MODES.join(", ")}, not ${String(syncMode)}`);
  }
  if (history !== undefined && history !== "keep" && history !== "discard") {
    throw new RangeError(`Option history must be one of keep, discard, not ${String(history)}`);
  }
  if (method === "track" && history !== undefined && syncMode !== "destructive") {
    throw new TypeError('Option history of HtapEngine.track() needs syncMode "destructive", which ends history');
  }
  return { names: names.length === 0 ? "all" : names as string[], options };
}
