import { type HistoryRow, type MapKey, mapKey, sameHistoryRow } from "./history_value.ts";

/** The living version of a row. Times are µs since 1970 UTC. */
export interface Version {
  readonly row: HistoryRow;
  readonly from: number;
  /** What made it: the row came into being, or was changed. */
  readonly operation: "I" | "U";
}

/** A version that ended; `D`, with `from` and `to` equal, says that the row was deleted, and holds its last values. */
export interface ClosedVersion {
  readonly row: HistoryRow;
  readonly from: number;
  readonly to: number;
  readonly operation: "I" | "U" | "D";
}

/** What is known of a key that changes. */
export class TrackedKey {
  readonly key: HistoryRow;
  /** The living version as the mirror has it. */
  stored: Version | null = null;
  /** The living version after the last transaction that is settled. */
  alive: Version | null = null;
  /** The row as the transaction under way leaves it. */
  next: HistoryRow | null = null;
  isTouched = false;
  /** Id of the table that wrote the row last; `null` while none of the events did. */
  writer: number | null = null;
  /** Whether a comparison with the source has come across it. */
  isCompared = false;

  constructor(key: HistoryRow) {
    this.key = key;
  }
}

/**
 * Makes versions of one table's rows from the changes of transactions, in their order. Knows nothing of where events come from and where
 * versions go: it is told the living versions of the keys it asks for, and keeps one entry per key, however often that changes.
 *
 * Whether a transaction began, changed or ended a row is told by the row before and after it alone. So several changes of a row in one
 * transaction leave one version, and what leaves every value as it was leaves none.
 */
export class VersionBuilder {
  readonly #keyPositions: readonly number[];
  readonly #width: number;
  readonly #keys = new Map<MapKey, TrackedKey>();
  #unknown: TrackedKey[] = [];
  #touched: TrackedKey[] = [];
  #closed: ClosedVersion[] = [];
  /** When the table went that the versions belong to which are not known yet; `null` while it is there. */
  #endedAt: number | null = null;

  /**
   * @param keyPositions Where the key lies in a row.
   * @param width Values that make a row; what lies behind them in an array is not looked at.
   */
  constructor(keyPositions: readonly number[], width: number) {
    this.#keyPositions = keyPositions;
    this.#width = width;
  }

  /** The entry of a key; a new one is `unknown` until {@linkcode learn} was told of it. */
  track(key: HistoryRow): TrackedKey {
    const id = mapKey(key);
    let tracked = this.#keys.get(id);
    if (tracked === undefined) {
      this.#keys.set(id, tracked = new TrackedKey(key));
      this.#unknown.push(tracked);
    }
    return tracked;
  }

  /** The entry of a key that has changed. */
  known(key: HistoryRow): TrackedKey | undefined {
    return this.#keys.get(mapKey(key));
  }

  get keys(): Iterable<TrackedKey> {
    return this.#keys.values();
  }

  get hasUnknown(): boolean {
    return this.#unknown.length > 0;
  }

  get hasClosed(): boolean {
    return this.#closed.length > 0;
  }

  /** The keys tracked since the last call, whose living versions {@linkcode learn} must be told. */
  takeUnknown(): readonly TrackedKey[] {
    const unknown = this.#unknown;
    this.#unknown = [];
    return unknown;
  }

  /** Tells the living versions there are of keys that were unknown. */
  learn(versions: Iterable<Version>): void {
    for (const version of versions) {
      const tracked = this.#keys.get(mapKey(this.#keyPositions.map((position) => version.row[position]!)));
      if (tracked === undefined) continue;
      tracked.stored = version;
      if (this.#endedAt === null) tracked.alive = version;
      else this.#end(version, this.#endedAt);
    }
  }

  /** The transaction under way leaves this row, or none, under a key that is known. */
  write(tracked: TrackedKey, row: HistoryRow | null): void {
    tracked.next = row;
    if (tracked.isTouched) return;
    tracked.isTouched = true;
    this.#touched.push(tracked);
  }

  /** The transaction under way, of the given time, drops a table: with it go all rows but those that another table has written since. */
  drop(tableId: number, time: number): void {
    for (const tracked of this.#keys.values()) {
      if (tracked.writer === null || tracked.writer === tableId) this.write(tracked, null);
    }
    this.#endedAt = time;
  }

  /** Ends the transaction under way, which has the given time. */
  settle(time: number): void {
    if (this.#touched.length === 0) return;
    for (const tracked of this.#touched) {
      tracked.isTouched = false;
      const { alive, next } = tracked;
      tracked.next = null;
      if (alive === null) {
        if (next !== null) tracked.alive = { row: next, from: time, operation: "I" };
      } else if (next === null) {
        this.#end(alive, time);
        tracked.alive = null;
      } else if (!sameHistoryRow(alive.row, next, this.#width)) {
        this.#close(alive, time);
        tracked.alive = { row: next, from: time, operation: "U" };
      }
    }
    this.#touched = [];
  }

  #end(version: Version, time: number): void {
    this.#close(version, time);
    this.#closed.push({ row: version.row, from: time, to: time, operation: "D" });
  }

  #close({ row, from, operation }: Version, to: number): void {
    this.#closed.push({ row, from, to, operation });
  }

  /** The versions ended since the last call, in the order of their ends. */
  takeClosed(): readonly ClosedVersion[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }
}
