import type { Lag, MirrorStatus } from "../sync/mod.ts";
import type { Watermark } from "../types/mod.ts";
import type { SyncMode } from "./open_options.ts";

/** What `HtapEngine.status` tells. */
export interface EngineStatus extends Omit<MirrorStatus, "lag" | "watermark"> {
  /** File or address of the database. */
  readonly database: string;
  /** `duckdb` or `arrow`. */
  readonly backend: string;
  /** What the mirror keeps of rows that changed. */
  readonly syncMode: SyncMode;
  /** Folder of the mirror, or `null` for memory. */
  readonly mirrorPath: string | null;
  /** Whether it was opened without leave to write. */
  readonly readOnly: boolean;
  /** How far the mirror is behind; `null` where another process has it. */
  readonly lag: Lag | null;
  /** The last change the mirror holds; `null` where another process has it. */
  readonly watermark: Watermark | null;
  /** The process that has the mirror, if another one has it: libSQL answers here. Its `pid` is `null` where that is not known. */
  readonly heldBy: { readonly pid: number | null } | null;
}
