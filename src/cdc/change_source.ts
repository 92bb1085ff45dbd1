import type { ExecuteResult, OltpSnapshot, OltpTransaction } from "../oltp/mod.ts";
import type { RowSet, SqlParameters } from "../types/mod.ts";
import type { CommitEvent, LogEvent } from "./log_event.ts";
import type { SourceSchema, SourceTable } from "./source_schema.ts";

/** Which tables to capture: all ordinary ones, only those captured already, or these by name (besides those captured already). */
export type TrackMode = "all" | "none" | readonly string[];

/** Where the source stands; cheap to read. */
export interface SourcePosition {
  /** Number of the newest change. */
  readonly sequence: number;
  readonly schemaVersion: number;
}

/** Where the source stands, and which tables changed since a point of the log. */
export interface PendingChanges extends SourcePosition {
  /** What {@linkcode ChangeSource.tokenAt} gives for the sequence number asked for. */
  readonly token: string | null;
  /** Ids of tables with log rows after that point, up to `lookedTo`. */
  readonly tables: readonly number[];
  /** `sequence`, unless one of the tables asked about was found before. */
  readonly lookedTo: number;
}

/** What a snapshot says about its place in the source's history. */
export interface SourceState extends SourcePosition {
  readonly databaseId: string;
  /** Proof of the history up to `sequence`, see {@linkcode ChangeSource.tokenAt}. */
  readonly token: string;
  /** What {@linkcode ChangeSource.tokenAt} gives for the sequence number asked for. */
  readonly former: { readonly sequence: number; readonly token: string | null };
}

/** Changes after `from` up to `to`. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

/** The parameters of queries over a range of the log. */
export function rangeParameters({ from, to }: LogRange): readonly bigint[] {
  return [BigInt(from), BigInt(to)];
}

/** A table whose changes are captured. */
export interface CapturedTable {
  readonly id: number;
  readonly table: SourceTable;
  /**
   * Whether a REPLACE can remove a row of another key without a trace: then any logged key may be gone (a trigger may have
   * changed the row into a conflict after the probe looked), otherwise only those logged as deleted.
   */
  readonly replaces: boolean;
}

/** What the log holds of a change: the row's key, or in temporal mode the whole row as it was written. */
export type CaptureLevel = "keys" | "images";

/** The schema with what capture makes of it; maps by folded name. */
export interface CapturedSchema {
  readonly level: CaptureLevel;
  readonly source: SourceSchema;
  readonly captured: ReadonlyMap<string, CapturedTable>;
  readonly absent: ReadonlyMap<string, AbsentTable>;
}

/** A table whose changes are not captured. */
export interface AbsentTable {
  readonly name: string;
  readonly reason: string;
  /** Whether it could be captured and nobody asked for it, or the user took it out. */
  readonly untracked: boolean;
}

/** How many changes of each kind a table had in a range of the log. */
export interface TableChanges {
  readonly changes: number;
  /** Whether keys were logged as deleted. */
  readonly deletions: boolean;
  /** Whether capture cannot vouch for the range: the table must be read anew. */
  readonly reload: boolean;
}

/** What {@linkcode ChangeSource.ensure} changed. */
export interface EnsureReport {
  /** Names of tables whose capture began. */
  readonly added: readonly string[];
  /** Names of tables whose capture was renewed because the schema had changed. */
  readonly renewed: readonly string[];
  /** The schema version that capture is in line with now. Of a later one nothing is said. */
  readonly schemaVersion: number;
}

/**
 * A source of committed changes.
 *
 * Ordering: sequence numbers grow with commits and are never given twice, pruned or not. A snapshot whose newest change is `n`
 * contains every change up to `n` and none after it. The same range may be read again: changes are keys, and their rows are read
 * as the snapshot holds them, so that applying a range twice gives the same mirror.
 */
export interface ChangeSource {
  /** Where the source stands, in one cheap read, or `null` when nothing is captured. */
  position(): Promise<SourcePosition | null>;

  /**
   * The same with proof at `proofAt`, and the tables with log rows after `after`: a cheap read where these are few, or where some of the
   * first of them are of tables asked about, which end the look.
   */
  pending(proofAt: number, after: number, askedAbout: ReadonlySet<number>): Promise<PendingChanges | null>;

  /**
   * The same with proof, inside a snapshot.
   *
   * @param former The sequence number a mirror stands at, to have its proof read at one stroke.
   */
  state(snapshot: OltpSnapshot, former: number): Promise<SourceState | null>;

  /** Proof that a snapshot shares its history with a mirror up to a sequence number; `null` when pruned or not yet reached. */
  tokenAt(snapshot: OltpSnapshot, sequence: number): Promise<string | null>;

  /** The schema and what is captured of it. */
  schema(snapshot: OltpSnapshot): Promise<CapturedSchema>;

  /**
   * Brings capture in line with the present schema: captures the tables the mode asks for, of all those the user did not take out;
   * renews what schema changes broke. Writes only when something is missing. What it renews is marked in the log for reading anew.
   */
  ensure(mode: TrackMode): Promise<EnsureReport>;

  /**
   * Captures these tables from now on, or all, whatever was taken out before.
   *
   * @param level What the log is to hold from now on, of all tables. Default: as it does.
   * @param idsAfter Tables captured for the first time get ids greater than this one: a mirror knows others by those up to it.
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`.
   */
  track(names: readonly string[] | "all", level?: CaptureLevel, idsAfter?: number): Promise<EnsureReport>;

  /** Whether the log held images when `level`, `ensure`, `track` or `schema` last looked. */
  readonly holdsImages: boolean;

  /** What the log holds; `null` when nothing is captured. */
  level(): Promise<CaptureLevel | null>;

  /**
   * Takes these tables out until they are tracked by name, or all are; that they are out is kept in the source. `all` instead ends
   * capture and leaves no trace of it.
   *
   * @param onIds Told the ids of the tables captured so far, by folded name as the tables are called now; what it throws leaves everything
   * as it was. Not called for `all`.
   * @throws {RheiError} `NOT_TRACKABLE`, `SQL_UNKNOWN_NAME`.
   */
  untrack(names: readonly string[] | "all", onIds?: (ids: ReadonlyMap<string, number>) => void): Promise<void>;

  /**
   * Runs a statement that changes the schema inside a write transaction, so that capture misses nothing of what follows in it. Run as it
   * is, capture is renewed by the next {@linkcode ensure}; and a log of images forbids DROP COLUMN.
   */
  runSchemaStatement(
    transaction: OltpTransaction,
    sql: string,
    params?: SqlParameters,
  ): Promise<ExecuteResult & { readonly rows: RowSet }>;

  /**
   * Whether a table's rows may have changed without a log row since `from`, after a schema change that was not rhei's own: VACUUM
   * renumbers rowids, and a column dropped and added again leaves the same CREATE TABLE text.
   */
  mayHaveChangedSilently(snapshot: OltpSnapshot, captured: CapturedTable, from: number): Promise<boolean>;

  /** Changes after `from` up to `to`, by table id. */
  summary(snapshot: OltpSnapshot, from: number, to: number): Promise<ReadonlyMap<number, TableChanges>>;

  /**
   * What follows FROM to get the keys changed in a range, each as often as it changed, as `k.key0`, `k.key1`, …. Its parameters are
   * {@linkcode rangeParameters}: the text is the same for every range, so that it stays prepared.
   */
  changedKeys(captured: CapturedTable): string;

  /** What follows FROM to get the present rows of those keys as `r`; parameters as before. */
  changedRows(captured: CapturedTable): string;

  /** The same for the keys removed in a range, as `k`. There are none without `deletions` unless the table `replaces`. */
  removedKeys(captured: CapturedTable): string;

  /**
   * The log of a range, in order, where it holds images: changes of all tables, those gone meanwhile included, commit marks, changes of
   * layout, reload marks. In batches of at most `batchRows`, none empty. Without images the range has no events.
   */
  events(snapshot: OltpSnapshot, range: LogRange, batchRows: number): AsyncIterable<readonly LogEvent[]>;

  /**
   * The commit marks of a range alone, in order: a mark stands behind the changes it speaks of. A change that is a transaction alone has
   * none, nor has a statement that `isSameStatement` tells.
   */
  commits(snapshot: OltpSnapshot, range: LogRange): Promise<readonly CommitEvent[]>;

  /**
   * The columns of a table's images after the log row `seq`, up to the next change of layout; `null` for a table that had none by then.
   * Pruning does not touch it for any `seq` the log was not pruned beyond.
   */
  layoutBefore(snapshot: OltpSnapshot, tableId: number, seq: number): Promise<readonly string[] | null>;

  /** Whether rhei's own writes alone led from one schema version to the other. */
  explainsSchema(from: number, to: number): boolean;

  /**
   * Forgets changes before `sequence`, which a mirror does not need any more, as far as no other mirror needs them that was heard of
   * lately; that one stays as proof, and the newest one in any case.
   *
   * @param mirror Identity of the mirror; without one others need not wait for it.
   */
  prune(sequence: number, mirror?: string | null): Promise<void>;

  /** Whether this mirror has pruned the log before, and was not forgotten since. */
  knowsMirror(snapshot: OltpSnapshot, mirror: string): Promise<boolean>;

  /** Has the log keep changes from `sequence` on for a mirror, as {@linkcode prune} does, and forgets nothing. */
  claim(sequence: number, mirror: string): Promise<void>;

  /** No one need wait for this mirror any more. */
  forgetMirror(mirror: string): Promise<void>;

  /** Size of the log. */
  logSize(): Promise<{ readonly rows: number; readonly bytes: number }>;
}
