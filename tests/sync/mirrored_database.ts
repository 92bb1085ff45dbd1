import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CaptureLevel, TriggerLog } from "../../src/cdc/mod.ts";
import { openArrow } from "../../src/olap/arrow/mod.ts";
import { openDuckdb } from "../../src/olap/duckdb/mod.ts";
import type { OlapBackend } from "../../src/olap/mod.ts";
import { type OltpClient, openOltp } from "../../src/oltp/mod.ts";
import { Synchronizer, type SynchronizerOptions, type VerifyReport } from "../../src/sync/mod.ts";
import { startHranaStub } from "../support/hrana_stub.ts";

/** A database with its mirror, closed and removed together. */
export interface MirroredDatabase extends AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  readonly oltp: OltpClient;
  readonly olap: OlapBackend;
  readonly source: TriggerLog;
  readonly sync: Synchronizer;
  readonly notices: string[];
  /** Runs statements one by one. */
  run(...statements: readonly string[]): Promise<void>;
  /** Syncs, and demands that the mirror then equals its source. */
  expectEqual(what: string): Promise<VerifyReport>;
}

/** How to open a {@linkcode MirroredDatabase}. */
export interface MirroredOptions
  extends Pick<SynchronizerOptions, "trackMode" | "batchRows" | "historyRetention" | "mirror" | "onSync"> {
  /** Statements to run before tracking begins. */
  readonly setup?: readonly string[];
  /** An existing folder to use, which then stays. */
  readonly folder?: string;
  /** Default `duckdb`. */
  readonly backend?: "duckdb" | "arrow";
  /** Mirror in memory rather than in a file. Default `false`. */
  readonly memory?: boolean;
  /** Reach the database through a server rather than as a file. Default `false`. */
  readonly remote?: boolean;
  /** Is handed the synchronizer before its first sync. */
  readonly onOpening?: (sync: Synchronizer) => void;
  /** What a new log holds. Default `keys`; with `images` the mirror keeps history. */
  readonly level?: CaptureLevel;
  /** Changes the backend, to make it fail. */
  readonly wrap?: (olap: OlapBackend) => OlapBackend;
}

/** Opens database and mirror and runs the first load. */
export async function openMirrored(options: MirroredOptions = {}): Promise<MirroredDatabase> {
  const folder = options.folder ?? await mkdtemp(join(tmpdir(), "rhei-sync-"));
  const path = join(folder, "test.db");
  const server = options.remote ? await startHranaStub(path) : null;
  const oltp = await openOltp(server === null ? { path } : { url: server.url });
  const notices: string[] = [];
  const run = async (...statements: readonly string[]) => {
    for (const sql of statements) await oltp.execute(sql);
  };
  await run(...options.setup ?? []);
  const mirrorOptions = { path: options.memory ? null : join(folder, "mirror"), threads: 1 };
  const backend = await (options.backend === "arrow" ? openArrow(mirrorOptions) : openDuckdb(mirrorOptions));
  const olap = options.wrap?.(backend) ?? backend;
  const source = new TriggerLog(oltp, options.level ?? "keys");
  const sync = new Synchronizer({
    oltp,
    olap,
    source,
    ...(options.historyRetention === undefined ? {} : { historyRetention: options.historyRetention }),
    ...(options.onSync === undefined ? {} : { onSync: options.onSync }),
    batchRows: options.batchRows ?? 1000,
    trackMode: options.trackMode ?? "all",
    mirror: options.mirror ?? join(folder, "mirror"),
    onNotice: (text) => notices.push(text),
  });
  const close = async () => {
    await sync.close();
    await olap.close();
    await oltp.close();
    await server?.[Symbol.asyncDispose]();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    await sync.resume();
    options.onOpening?.(sync);
    await sync.open();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    folder,
    path,
    oltp,
    olap,
    source,
    sync,
    notices,
    run,
    expectEqual: async (what) => {
      await sync.syncNow();
      const report = await sync.verify();
      assert.deepEqual(report.tables.filter((table) => table.differenceCount > 0), [], what);
      assert.deepEqual(report.history.filter((history) => history.faultCount > 0), [], what);
      return report;
    },
    [Symbol.asyncDispose]: close,
  };
}
