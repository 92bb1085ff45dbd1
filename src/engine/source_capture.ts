import { type CaptureLevel, captureNotices, TriggerLog } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { ExecuteResult, OltpClient, OltpTransaction } from "../oltp/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import type { ResolvedOptions, SyncMode } from "./open_options.ts";
import type { AnalyzedStatement } from "./statement.ts";

/** Captures changes at their source, in the mode that the database is kept in, and takes capture along when the schema changes. */
export class SourceCapture {
  /** What is captured is read here. */
  readonly log: TriggerLog;
  readonly #oltp: OltpClient;
  readonly #options: Pick<ResolvedOptions, "syncMode" | "track" | "onNotice">;

  constructor(oltp: OltpClient, options: Pick<ResolvedOptions, "syncMode" | "track" | "onNotice">) {
    this.#oltp = oltp;
    this.#options = options;
    this.log = new TriggerLog(oltp, levelOf(options.syncMode ?? "destructive"));
  }

  /**
   * Begins to capture as the options ask. Tells whether rows must be read into a mirror before anybody writes: the log then holds rows as
   * they are written, not as they were before.
   *
   * @throws {RheiError} `CONFIG` if the database is kept in another mode than the one asked for, and what tracking throws.
   */
  async begin(): Promise<boolean> {
    const { track, syncMode, onNotice } = this.#options;
    if (syncMode !== undefined) await this.#requireMode(syncMode);
    if (this.#oltp.readOnly) return false;
    if (track === "none") {
      // What is captured all the same has to be marked from the first transaction on.
      await this.log.level();
      return false;
    }
    const report = await this.log.ensure(track);
    for (const { text, kind } of captureNotices(report)) onNotice(text, kind);
    return report.added.length > 0 && await this.log.level() === "images";
  }

  async #requireMode(syncMode: SyncMode): Promise<void> {
    const level = await this.log.level();
    if (level === null || level === levelOf(syncMode)) return;
    const recorded = level === "images" ? "temporal" : "destructive";
    throw new RheiError("CONFIG", `Cannot open the database in sync mode "${syncMode}": it is kept in "${recorded}"`, {
      hint: `Leave the mode out, or change it with rhei track DB --sync-mode ${syncMode}`,
      details: { recorded, syncMode },
    });
  }

  /** The mode the database is kept in; another process may change it at any time. */
  async syncMode(): Promise<SyncMode> {
    // A database in memory has no other process, and a read may have to wait for an open transaction.
    const hasImages = this.#oltp.capabilities.separateReaders
      ? await this.log.level() === "images"
      : this.log.holdsImages;
    return hasImages ? "temporal" : "destructive";
  }

  /** Whether statements that change the schema have to run inside a transaction by {@linkcode executeIn}. */
  async renewsCapture(): Promise<boolean> {
    return await this.syncMode() === "temporal";
  }

  /** Runs a statement inside a transaction; one that changes the schema takes capture along. */
  async executeIn(
    transaction: OltpTransaction,
    { class: kind, text }: AnalyzedStatement,
    params: SqlParameters,
  ): Promise<ExecuteResult & { readonly rows: RowSet }> {
    if (kind.kind !== "ddl" || kind.temporary || !this.log.holdsImages) return await transaction.execute(text, params);
    return await this.log.runSchemaStatement(transaction, text, params);
  }
}

/** What the change log holds in a mode. */
export function levelOf(mode: SyncMode): CaptureLevel {
  return mode === "temporal" ? "images" : "keys";
}
