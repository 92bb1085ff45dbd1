import type { SourceState } from "../cdc/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";

/** A snapshot of the source, where it stands, and the time it shows. */
export interface CapturedSnapshot {
  readonly snapshot: OltpSnapshot;
  /** `null` for a source without capture. */
  readonly state: SourceState | null;
  /** Before it was asked for, in ms since 1970: what it does not show was committed later. */
  readonly askedMs: number;
  /** When it had been read from, in ms since 1970: what it shows was committed earlier. */
  readonly readMs: number;
}
