import type { OlapTransaction } from "../../olap/mod.ts";
import { foldName } from "../../sql/mod.ts";
import {
  type ColumnBatch,
  type ExactValue,
  type MirrorTable,
  ROWID_COLUMN,
  type TableHistory,
} from "../../types/mod.ts";
import { closedBatch, HistoryMisfit, keyBatch, openBatch, rowDecoder, storedKeyBatch } from "./history_batch.ts";
import type { HistoryColumn, HistoryShape } from "./history_layout.ts";
import { positionNow, shapeOf } from "./history_layout.ts";
import { type HistoryRow, type HistoryValue, sameHistoryValue } from "./history_value.ts";
import { type ClosedVersion, type TrackedKey, type Version, VersionBuilder } from "./version_builder.ts";

/** Values outgrew the columns of a history: the cut begins again with wider ones. */
export class HistoryOutgrown extends Error {
  readonly tableId: number;
  /** Under which id the history is committed: another one where it is taken over. */
  readonly formerId: number;
  /** A value that does not fit, by the position of the column in the shape as committed. */
  readonly kept: ReadonlyMap<number, HistoryValue>;
  /** The same for columns that history does not have yet, by folded name. */
  readonly added: ReadonlyMap<string, HistoryValue>;

  constructor(
    tableId: number,
    formerId: number,
    kept: ReadonlyMap<number, HistoryValue>,
    added: ReadonlyMap<string, HistoryValue>,
  ) {
    super(`Values of table ${tableId} outgrew the columns of its history`);
    this.tableId = tableId;
    this.formerId = formerId;
    this.kept = kept;
    this.added = added;
  }
}

/** Gives closed versions their numbers, over all tables. */
export class VersionNumbers {
  last: number;

  constructor(last: number) {
    this.last = last;
  }

  /** The first of so many numbers in a row. */
  take(count: number): bigint {
    const first = this.last + 1;
    this.last += count;
    return BigInt(first);
  }
}

/** A table's history as it is before a cut and as it is to be. */
export interface FeedPlan {
  /** The parts as committed, `null` where the history only begins. */
  readonly former: TableHistory | null;
  /** What the parts are to keep from now on. Rows have the order of its columns. */
  readonly shape: HistoryShape;
  /** For each column of the shape, its position in the former shape or -1. */
  readonly sources: readonly number[];
  /** Positions of columns that were added since the oldest version that may be alive was made. */
  readonly added: readonly number[];
  /** Folded names of columns of a table after a place of the log, to those that renamings later in the range gave them. */
  readonly renamesAfter: (seq: number, tableId: number) => ReadonlyMap<string, string>;
  /** Events of the shape's own table are heeded after this place: before it another one bore the history. */
  readonly heededAfter: number;
  /** And before this one: then another table bears the id. */
  readonly heededBefore: number;
  /** Where the key of the rows that are followed lies in the shape. */
  readonly keyPositions: readonly number[];
}

/** One table's way from log events and its open part to versions, within one transaction of the mirror. */
export class TableFeed {
  readonly plan: FeedPlan;
  readonly tables: TableHistory;
  readonly builder: VersionBuilder;
  readonly keyPositions: readonly number[];
  /** Whether events are to be heeded: those before a history begins are not, unless they tell all of the table's rows. */
  hasBegun: boolean;
  /** Whether the transaction under way has touched the table. */
  isActive = false;
  /** Whether an event came whose image could not be read: only a comparison with the source tells the rows. */
  isUncertain = false;
  /** When the table was dropped whose history is continued or ends, in µs since 1970; `null` if nothing tells. */
  droppedAt: number | null = null;
  readonly #numbers: VersionNumbers;
  readonly #transaction: OlapTransaction;
  readonly #fromOpen: (row: readonly ExactValue[]) => Version;
  /** By table id: a history that is taken over is fed by two. */
  readonly #fromImage = new Map<number, (key: HistoryRow, image: HistoryRow) => HistoryRow>();

  constructor(plan: FeedPlan, tables: TableHistory, numbers: VersionNumbers, transaction: OlapTransaction) {
    this.plan = plan;
    this.tables = tables;
    this.hasBegun = plan.former !== null;
    this.#numbers = numbers;
    this.#transaction = transaction;
    this.keyPositions = plan.keyPositions;
    this.builder = new VersionBuilder(this.keyPositions, plan.shape.columns.length);
    this.#fromOpen = plan.former === null ? () => neverStored() : versionReader(plan.former, plan);
  }

  /** From this place of the log on images of a table have these columns; `null` if that is not known. */
  setLayout(tableId: number, columns: readonly string[] | null, seq: number): void {
    if (columns === null) this.#fromImage.delete(tableId);
    else this.#fromImage.set(tableId, imageReader(this.plan, columns, this.plan.renamesAfter(seq, tableId)));
  }

  /** Whether a change of a table belongs to the history. */
  heeds({ tableId, seq }: { readonly tableId: number; readonly seq: number }): boolean {
    const { heededAfter, heededBefore, shape } = this.plan;
    return this.hasBegun && seq < heededBefore && (seq > heededAfter || tableId !== shape.tableId);
  }

  /** The row of a table's image, or `null` while the layout is not known. */
  rowOf(tableId: number, key: HistoryRow, image: HistoryRow): HistoryRow | null {
    return this.#fromImage.get(tableId)?.(key, image) ?? null;
  }

  /** A row of the open part as the version it is. */
  versionOf(row: readonly ExactValue[]): Version {
    return this.#fromOpen(row);
  }

  /** Finds the living versions of the keys that came up since the last call. */
  async lookUp(): Promise<void> {
    const unknown = this.builder.takeUnknown();
    const { former } = this.plan;
    if (former === null || unknown.length === 0) return;
    const keys = keyBatch(formerKeyClasses(former), unknown.map((tracked) => tracked.key));
    const rows = await this.#transaction.lookup(former.open.name, keys);
    this.builder.learn(rows.map((row) => this.#fromOpen(row)));
  }

  /** Adds the versions that have ended to the closed part. */
  async flushClosed(): Promise<void> {
    await this.appendClosed(this.builder.takeClosed());
  }

  async appendClosed(versions: readonly ClosedVersion[]): Promise<void> {
    const first = this.#numbers.take(versions.length);
    const batch = this.#fitting((columns) => closedBatch(columns, versions, first));
    await this.#transaction.append(this.tables.closed.name, batch);
  }

  /** Adds living versions to an open part that holds none of their keys. */
  async appendOpen(versions: readonly Version[]): Promise<void> {
    const batch = this.#fitting((columns) => openBatch(columns, versions));
    await this.#transaction.append(this.tables.open.name, batch);
  }

  /** Puts versions in the place of those their keys have in the open part, and takes keys out of it. */
  async changeOpen(upserts: readonly Version[], deletes: readonly HistoryRow[]): Promise<void> {
    const rows = this.#fitting((columns) => openBatch(columns, upserts));
    const classes = this.keyPositions.map((position) => this.plan.shape.columns[position]!.class);
    await this.#transaction.change(this.tables.open.name, rows, storedKeyBatch(classes, deletes));
  }

  /** Makes a batch; where values do not fit, tells which columns have to be widened. */
  #fitting(make: (columns: readonly HistoryColumn[]) => ColumnBatch): ColumnBatch {
    const { shape, sources } = this.plan;
    try {
      return make(shape.columns);
    } catch (error) {
      if (!(error instanceof HistoryMisfit)) throw error;
      const kept = new Map<number, HistoryValue>();
      const added = new Map<string, HistoryValue>();
      for (const [position, value] of error.values) {
        const source = sources[position]!;
        if (source < 0) added.set(foldName(shape.columns[position]!.name), value);
        else kept.set(source, value);
      }
      const formerId = this.plan.former?.open.history?.tableId ?? shape.tableId;
      throw new HistoryOutgrown(shape.tableId, formerId, kept, added);
    }
  }

  /** Writes what the events have changed into the open part, `batchRows` at a time. */
  async writeChanges(batchRows: number): Promise<void> {
    let upserts: Version[] = [];
    let deletes: HistoryRow[] = [];
    for (const tracked of this.builder.keys) {
      if (tracked.alive === tracked.stored) continue;
      if (tracked.alive !== null) upserts.push(tracked.alive);
      if (this.leavesKey(tracked)) deletes.push(this.keyOf(tracked.stored!.row));
      if (upserts.length + deletes.length < batchRows) continue;
      await this.changeOpen(upserts, deletes);
      [upserts, deletes] = [[], []];
    }
    if (upserts.length + deletes.length > 0) await this.changeOpen(upserts, deletes);
  }

  /** Whether the key a row is stored under has to be taken out: also when 1 has become 1.0, or 0.0 -0.0, where keys are kept encoded. */
  leavesKey({ stored, alive }: Pick<TrackedKey, "stored" | "alive">): boolean {
    if (stored === null) return false;
    if (alive === null) return true;
    const { columns } = this.plan.shape;
    return this.keyPositions.some((position) =>
      columns[position]!.class === "encoded" && !sameHistoryValue(stored.row[position]!, alive.row[position]!)
    );
  }

  keyOf(row: HistoryRow): HistoryRow {
    return this.keyPositions.map((position) => row[position]!);
  }
}

function neverStored(): Version {
  throw new TypeError("A history that only begins has no versions");
}

function formerKeyClasses(former: TableHistory) {
  const { columns, keyColumns } = shapeOf(former);
  return keyColumns.map((key) => columns.find(({ name, present }) => present && name === key)!.class);
}

/** Reads rows of an open part into the order of a new shape. */
function versionReader(former: TableHistory, { shape, sources }: FeedPlan): (row: readonly ExactValue[]) => Version {
  const before = shapeOf(former).columns;
  const present = before.flatMap((column, at) => column.present ? at : []);
  const decode = rowDecoder(present.map((at) => before[at]!.class));
  const isEncoded = present.some((at) => before[at]!.class === "encoded");
  const positions = sources.map((source) => present.indexOf(source));
  const width = present.length;
  const isSame = shape.columns.length === width && positions.every((position, at) => position === at);
  return (stored) => {
    const from = Number(stored[width]);
    const operation = stored[width + 1] === "U" ? "U" : "I";
    // A row may be longer than a version's row: copying each would cost more than all else here.
    if (isSame) return { row: isEncoded ? decode(stored, 0) : stored, from, operation };
    const values = decode(stored, 0);
    return { row: positions.map((position) => position < 0 ? null : values[position]!), from, operation };
  };
}

/** Reads images of a layout into the order of a shape. */
function imageReader(
  { former, shape, sources, keyPositions }: FeedPlan,
  layout: readonly string[],
  renamed: ReadonlyMap<string, string>,
) {
  const { columns } = shape;
  const before = former === null ? [] : shapeOf(former).columns;
  const rowid = keyPositions.find((position) => columns[position]!.name === ROWID_COLUMN);
  const positions = columns.map(({ name, present }, at) => {
    if (rowid === at) return -1;
    if (present) return positionNow(layout, renamed, name);
    // What is gone may have given its name to another column, and is called otherwise now.
    const last = foldName(before[sources[at]!]?.name ?? name);
    return layout.findIndex((each) => foldName(each) === last && !renamed.has(last));
  });
  const isSame = rowid === undefined && positions.length === layout.length &&
    positions.every((position, at) => position === at);
  if (isSame) return (_key: HistoryRow, image: HistoryRow): HistoryRow => image;
  const width = positions.length;
  return (key: HistoryRow, image: HistoryRow): HistoryRow => {
    const row = new Array<HistoryValue>(width);
    for (let at = 0; at < width; at++) {
      const position = positions[at]!;
      row[at] = position < 0 ? null : image[position]!;
    }
    if (rowid !== undefined) row[rowid] = key[0]!;
    return row;
  };
}

/** Whether two tables hold the same columns in the same form. */
export function sameColumns(a: MirrorTable, b: MirrorTable): boolean {
  const encoded = (table: MirrorTable) => JSON.stringify(table.history?.encoded);
  return a.columns.length === b.columns.length && encoded(a) === encoded(b) &&
    a.columns.every((column, at) => column.name === b.columns[at]!.name && column.class === b.columns[at]!.class);
}
