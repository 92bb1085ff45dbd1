import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { TrackMode, TriggerLog } from "../cdc/mod.ts";
import type { OlapBackend } from "../olap/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import { type Mirror, SnapshotMirror, type SyncEvent, Synchronizer, type SyncProgress } from "../sync/mod.ts";
import type { ResolvedOptions } from "./open_options.ts";

/** What a mirror is made of. */
export interface MirrorParts {
  readonly oltp: OltpClient;
  readonly olap: OlapBackend;
  readonly log: TriggerLog;
  /** What it is to capture. */
  readonly track: TrackMode;
  /** Hears of rows moved and of syncs that succeeded. */
  readonly onStep: () => void;
  /** Hears how each sync ended, before who the options name. */
  readonly onSync: ((event: SyncEvent) => void) | undefined;
}

/** What keeps a backend like the source: by its log, or for a source that may not be written by reading it whole. */
export function createMirror(
  { oltp, olap, log, track, onStep, onSync }: MirrorParts,
  options: ResolvedOptions,
): Mirror {
  const { onNotice, onProgress, onSync: onSyncAsked, syncBatchRows, historyRetention } = options;
  const parts = {
    oltp,
    olap,
    batchRows: syncBatchRows,
    onProgress: ({ table, rowsDone, rowsTotal }: SyncProgress) => {
      onStep();
      onProgress({ phase: "load", table, rowsDone, rowsTotal });
    },
    onSync: (event: SyncEvent) => {
      if (event.kind === "synced") onStep();
      onSync?.(event);
      onSyncAsked?.(event);
    },
  };
  if (oltp.readOnly) return new SnapshotMirror(parts);
  const retention = historyRetention === undefined ? {} : { historyRetention };
  return new Synchronizer({
    ...parts,
    ...retention,
    source: log,
    mirror: identityOf(options),
    trackMode: track,
    onNotice,
  });
}

/** The same for every process that opens this mirror, and for no other mirror. */
function identityOf({ backend, mirrorPath }: ResolvedOptions): string {
  if (mirrorPath === null) return randomUUID();
  return createHash("sha256").update(`${hostname()}\n${backend}\n${resolve(mirrorPath)}`).digest("hex").slice(0, 32);
}
