import type { CaptureCost } from "./capture.ts";
import type { CycleTimes } from "./cycles.ts";
import type { Shape } from "./rows.ts";

export type Backend = "arrow" | "duckdb";
export type Mode = "destructive" | "temporal";

/** Figures of one mirror in one mode. */
export interface SyncTimes {
  readonly backend: Backend;
  readonly mode: Mode;
  readonly load: LoadTimes | null;
  readonly cycles: readonly CycleTimes[];
  readonly capture: readonly CaptureCost[];
}

/** Rows per second of the first load, and of the bare driver reading the same rows. */
export interface LoadTimes {
  readonly shape: Shape;
  readonly perSecond: number;
  readonly readPerSecond: number;
}
