import type { OlapBackend } from "../../olap/mod.ts";
import { type BatchedRows, batchedRows, type ExactRow } from "../batched_rows.ts";
import { compareHistoryKeys, type HistoryRow, sameHistoryRow } from "./history_value.ts";
import type { TableFeed } from "./table_feed.ts";
import type { ClosedVersion, Version } from "./version_builder.ts";

/** How to bring a history in line with its source. */
export interface Reconciling {
  readonly feed: TableFeed;
  readonly olap: OlapBackend;
  /** The source's rows in key order, in the order of the shape's present columns; `null` where the table's rows are gone. */
  readonly rows: AsyncIterable<readonly HistoryRow[]> | null;
  /** The time of every change found, in µs since 1970. */
  readonly time: number;
  /** Whether the open part is made anew, or changed where rows differ. */
  readonly mode: "replace" | "change";
  /** Whether a row that is gone was deleted; else its version merely ends. */
  readonly deletes: boolean;
  readonly batchRows: number;
  readonly signal: AbortSignal;
}

/**
 * Compares the living versions, the feed's own changes included, with the rows of the source, and writes what differs as versions. What a
 * new column holds is filled into the versions there are: nobody changed those rows.
 *
 * @returns Whether something differed that the feed did not know of.
 */
export async function reconcile(reconciling: Reconciling): Promise<boolean> {
  const { feed, olap, rows, signal } = reconciling;
  const { former, shape } = feed.plan;
  const writer = new VersionWriter(reconciling);
  const held = former === null ? noRows() : olap.scan(former.open.name);
  const isOrdered = !feed.keyPositions.some((position) => shape.columns[position]!.class === "encoded") &&
    !former?.open.keyColumns.some((key) => former.open.history?.encoded.includes(key));
  const ours = batchedRows((rows ?? noRows()) as AsyncIterable<readonly ExactRow[]>, "compare the history", signal);
  const theirs = batchedRows(held, "compare the history", signal);
  try {
    if (isOrdered) await compareInOrder(reconciling, writer, ours, theirs);
    else await compareByKey(reconciling, writer, ours, theirs);
  } finally {
    await Promise.all([ours.end(), theirs.end()]);
  }
  for (const tracked of feed.builder.keys) {
    if (tracked.isCompared) continue;
    writer.compare(tracked.stored, tracked.alive, null);
    if (writer.isFull) await writer.flush();
  }
  await writer.flush();
  return writer.hasFound;
}

async function* noRows(): AsyncGenerator<readonly ExactRow[], void, undefined> {
  // There are none.
}

/** Both sides come in key order. */
async function compareInOrder(
  { feed }: Reconciling,
  writer: VersionWriter,
  ours: BatchedRows,
  theirs: BatchedRows,
): Promise<void> {
  const pad = paddingOf(feed);
  let row = await ours.next();
  let held = await theirs.next();
  let version = held === null ? null : feed.versionOf(held);
  while (row !== null || version !== null) {
    const side = row === null
      ? 1
      : version === null
      ? -1
      : compareHistoryKeys(feed.keyOf(row), feed.keyOf(version.row));
    writer.visit(side <= 0 ? padded(row!, pad) : null, side >= 0 ? version : null);
    if (writer.isFull) await writer.flush();
    if (side <= 0) row = ours.nextBuffered() ?? await ours.next();
    if (side >= 0) {
      held = theirs.nextBuffered() ?? await theirs.next();
      version = held === null ? null : feed.versionOf(held);
    }
  }
}

/** Encoded keys lie in an order of their own: all versions are held in memory and found by their keys. */
async function compareByKey(
  { feed }: Reconciling,
  writer: VersionWriter,
  ours: BatchedRows,
  theirs: BatchedRows,
): Promise<void> {
  const { builder } = feed;
  for (let held = await theirs.next(); held !== null; held = theirs.nextBuffered() ?? await theirs.next()) {
    const version = feed.versionOf(held);
    const key = feed.keyOf(version.row);
    if (builder.known(key) !== undefined) continue;
    const tracked = builder.track(key);
    builder.takeUnknown();
    tracked.stored = tracked.alive = version;
  }
  const pad = paddingOf(feed);
  for (let row = await ours.next(); row !== null; row = ours.nextBuffered() ?? await ours.next()) {
    writer.visit(padded(row, pad), null);
    if (writer.isFull) await writer.flush();
  }
}

/** NULLs for the columns that are no more, which lie behind those that are. */
function paddingOf({ plan }: TableFeed): readonly null[] {
  return plan.shape.columns.flatMap(({ present }) => present ? [] : [null]);
}

function padded(row: HistoryRow, pad: readonly null[]): HistoryRow {
  return pad.length === 0 ? row : [...row, ...pad];
}

/** Writes what a comparison finds, many rows at a time. */
class VersionWriter {
  readonly #reconciling: Reconciling;
  /** See {@linkcode FeedPlan.added}. */
  readonly #added: readonly number[];
  readonly #width: number;
  /** Whether some version was written that no event told. */
  hasFound = false;
  #closed: ClosedVersion[] = [];
  #upserts: Version[] = [];
  #deletes: HistoryRow[] = [];

  constructor(reconciling: Reconciling) {
    this.#reconciling = reconciling;
    const { plan } = reconciling.feed;
    this.#width = plan.shape.columns.length;
    this.#added = plan.added;
  }

  get isFull(): boolean {
    return this.#closed.length + this.#upserts.length + this.#deletes.length >= this.#reconciling.batchRows;
  }

  /** A row of the source, a version of the open part, or both under one key. */
  visit(row: HistoryRow | null, held: Version | null): void {
    const { feed } = this.#reconciling;
    const tracked = feed.builder.known(feed.keyOf(row ?? held!.row));
    if (tracked === undefined) return this.compare(held, held, row);
    tracked.isCompared = true;
    this.compare(tracked.stored, tracked.alive, row);
  }

  /** @param stored What the open part holds under the key. @param alive The living version, after the events. */
  compare(stored: Version | null, alive: Version | null, row: HistoryRow | null): void {
    const { feed, mode } = this.#reconciling;
    const now = this.#versionNow(alive, row);
    if (mode === "replace") {
      if (now !== null) this.#upserts.push(now);
      return;
    }
    if (now === stored) return;
    if (now !== null) this.#upserts.push(now);
    if (feed.leavesKey({ stored, alive: now })) this.#deletes.push(feed.keyOf(stored!.row));
  }

  #versionNow(alive: Version | null, row: HistoryRow | null): Version | null {
    const { time, deletes } = this.#reconciling;
    if (alive === null && row === null) return null;
    if (alive === null || row === null) this.hasFound = true;
    if (alive === null) return { row: row!, from: time, operation: "I" };
    if (row === null) {
      const { droppedAt } = this.#reconciling.feed;
      // What was written since belongs to the table that is there now.
      const to = droppedAt === null || alive.from >= droppedAt ? time : droppedAt;
      this.#closed.push({ ...alive, to });
      if (deletes) this.#closed.push({ row: alive.row, from: to, to, operation: "D" });
      return null;
    }
    const filled = this.#filled(alive, row);
    if (filled !== alive) this.hasFound = true;
    if (sameHistoryRow(filled.row, row, this.#width)) return filled;
    this.hasFound = true;
    this.#closed.push({ ...alive, to: time });
    return { row, from: time, operation: "U" };
  }

  #filled(alive: Version, row: HistoryRow): Version {
    if (this.#added.every((at) => alive.row[at] !== null || row[at] === null)) return alive;
    const values = [...alive.row];
    for (const at of this.#added) values[at] ??= row[at]!;
    return { ...alive, row: values };
  }

  async flush(): Promise<void> {
    const { feed, mode } = this.#reconciling;
    const [closed, upserts, deletes] = [this.#closed, this.#upserts, this.#deletes];
    [this.#closed, this.#upserts, this.#deletes] = [[], [], []];
    if (closed.length > 0) await feed.appendClosed(closed);
    if (upserts.length + deletes.length === 0) return;
    if (mode === "replace") await feed.appendOpen(upserts);
    else await feed.changeOpen(upserts, deletes);
  }
}
