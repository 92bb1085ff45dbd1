import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChangeSource, LogEvent, LogRange } from "../../cdc/mod.ts";
import { RheiError } from "../../errors/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import type { TableFeed } from "./table_feed.ts";
import { TransactionTimes } from "./transaction_times.ts";
import type { TrackedKey } from "./version_builder.ts";

/** The events of a range, and where they come from. */
export interface EventReading {
  readonly snapshot: OltpSnapshot;
  readonly source: ChangeSource;
  readonly range: LogRange;
  readonly batchRows: number;
  /** When the snapshot was read, in µs since 1970: nothing in it is later. */
  readonly latest: number;
  /** Ends reading between two batches. */
  readonly signal: AbortSignal;
}

/**
 * Makes versions of the events of a range, for the tables that are fed. The closed ones are written batch by batch; the living ones stay
 * with the feeds, for a key may change again.
 *
 * @param lastTime The time of the last transaction before the range.
 * @returns The time of the last transaction in it.
 */
export async function applyEvents(
  reading: EventReading,
  feeds: ReadonlyMap<number, TableFeed>,
  lastTime: number,
): Promise<number> {
  const { snapshot, source, range, latest, batchRows, signal } = reading;
  const times = new TransactionTimes(await source.commits(snapshot, range), lastTime, latest);
  const active: TableFeed[] = [];
  for await (const batch of source.events(snapshot, range, batchRows)) {
    if (signal.aborted) throw new RheiError("CANCELLED", "Cannot read the change log: it was cancelled");
    const keys = trackKeys(batch, feeds);
    for (const feed of feeds.values()) if (feed.builder.hasUnknown) await feed.lookUp();
    replay(batch, keys, feeds, times, active);
    for (const feed of feeds.values()) if (feed.builder.hasClosed) await feed.flushClosed();
    await nextTurn();
  }
  settle(active, times.last);
  for (const feed of feeds.values()) if (feed.builder.hasClosed) await feed.flushClosed();
  return times.last;
}

/** The entry of each event's key, in the events' order; `null` for what no feed heeds. */
function trackKeys(batch: readonly LogEvent[], feeds: ReadonlyMap<number, TableFeed>): (TrackedKey | null)[] {
  return batch.map((event) => {
    if (event.kind === "commit") return null;
    const feed = feeds.get(event.tableId);
    if (feed === undefined) return null;
    if (event.kind === "layout" && event.startsEmpty) feed.hasBegun = true;
    return event.kind === "row" && feed.heeds(event) ? feed.builder.track(event.key) : null;
  });
}

function replay(
  batch: readonly LogEvent[],
  keys: readonly (TrackedKey | null)[],
  feeds: ReadonlyMap<number, TableFeed>,
  times: TransactionTimes,
  active: TableFeed[],
): void {
  for (let at = 0; at < batch.length; at++) {
    const event = batch[at]!;
    switch (event.kind) {
      case "row": {
        const before = times.last;
        if (times.begins(event)) settle(active, before);
        const tracked = keys[at]!;
        const feed = feeds.get(event.tableId);
        if (tracked === null || feed === undefined) break;
        const row = event.image === null ? null : feed.rowOf(event.tableId, event.key, event.image);
        if (row === null && event.image !== null) {
          feed.isUncertain = true;
          break;
        }
        feed.builder.write(tracked, row);
        tracked.writer = event.tableId;
        activate(feed, active);
        break;
      }
      case "layout":
        feeds.get(event.tableId)?.setLayout(event.tableId, event.columns, event.seq);
        break;
      case "drop": {
        const feed = feeds.get(event.tableId);
        if (feed === undefined) break;
        const before = times.last;
        if (times.begins({ seq: event.seq, at: null, isAlone: false })) settle(active, before);
        feed.droppedAt = times.last;
        feed.builder.drop(event.tableId, times.last);
        activate(feed, active);
        break;
      }
      case "reload":
        markUncertain(feeds.get(event.tableId));
        break;
      case "commit":
        break;
    }
  }
}

/** Has a feed take part in the transaction under way. */
function activate(feed: TableFeed, active: TableFeed[]): void {
  if (feed.isActive) return;
  feed.isActive = true;
  active.push(feed);
}

function markUncertain(feed: TableFeed | undefined): void {
  if (feed !== undefined) feed.isUncertain = true;
}

/** Ends the transaction under way in the tables it touched. */
function settle(active: TableFeed[], time: number): void {
  for (const feed of active) {
    feed.isActive = false;
    feed.builder.settle(time);
  }
  active.length = 0;
}
