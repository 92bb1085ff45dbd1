import { RheiError } from "../../errors/mod.ts";
import type { OlapBackend } from "../../olap/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import {
  type ExactValue,
  HISTORY_COLUMNS,
  type TableHistory,
  type TableSchema,
  UndecodableText,
} from "../../types/mod.ts";
import { batchedRows, type ExactRow } from "../batched_rows.ts";
import { rowDecoder } from "./history_batch.ts";
import { type HistoryColumn, type HistoryShape, shapeOf } from "./history_layout.ts";
import { compareHistoryKeys, type HistoryRow, type MapKey, mapKey, sameHistoryValue } from "./history_value.ts";
import { sourceRowsInKeyOrder } from "./source_rows.ts";

/** What is wrong with a row's history. */
export interface HistoryFault {
  /** Values of the key's columns. */
  readonly key: readonly ExactValue[];
  /** What is wrong there: the living version is not the row, or versions of the row overlap in time. */
  readonly kind: "missing in history" | "only in history" | "different" | "overlapping";
  /** Names of the columns that differ; empty unless `different`. */
  readonly columns: readonly string[];
}

/** Outcome for one table's history. */
export interface HistoryComparison {
  /** The table. */
  readonly name: string;
  /** Names of the columns by which rows are told apart. */
  readonly keyColumns: readonly string[];
  /** Versions, living ones and tombstones included. */
  readonly versions: number;
  /** All faults. */
  readonly faultCount: number;
  /** The first of them. */
  readonly faults: readonly HistoryFault[];
}

/** How much is held in memory at a time; what is more is read in several goes. */
export interface VerifyLimits {
  /** Keys, each with the end of its last closed version. */
  readonly keys: number;
  /** Whole rows, where keys are encoded: those lie in no order that the source has too. */
  readonly rows: number;
}

const LIMITS: VerifyLimits = { keys: 1_000_000, rows: 100_000 };

/** Faults named per table. */
const FAULTS_MAX = 10;
const BATCH_ROWS = 10_000;
const ACTION = "verify the history";

/**
 * Compares the living versions with the rows of a snapshot, value by value, and looks for versions of a row that overlap.
 *
 * Both sides are read side by side in key order. Closed versions lie in the order of their ends: of each key the last end is held, of a
 * share of the keys at a time where there may be many.
 */
export async function verifyHistory(
  snapshot: OltpSnapshot,
  olap: OlapBackend,
  history: TableHistory,
  signal: AbortSignal | undefined,
  limits: VerifyLimits = LIMITS,
): Promise<HistoryComparison> {
  const verification = new HistoryVerification(snapshot, olap, history, signal);
  const { isOrdered } = verification;
  const [open, closed] = await Promise.all([olap.rowCount(history.open.name), olap.rowCount(history.closed.name)]);
  const shares = Math.max(1, Math.ceil(closed / limits.keys), isOrdered ? 1 : Math.ceil(open / limits.rows));
  for (let share = 0; share < shares; share++) {
    const isOfShare = (id: MapKey) => shares === 1 || hashOf(id) % shares === share;
    const ends = await verification.closedEnds(isOfShare);
    if (!isOrdered) await verification.compareByKey(isOfShare, ends);
    else if (share === 0) await verification.compareInOrder(ends);
    else await verification.compareBeginnings(ends);
  }
  const { faults, faultCount, shape } = verification;
  return { name: shape.of, keyColumns: shape.keyColumns, versions: open + closed, faultCount, faults };
}

/** When the last closed version of each key ended, in µs since 1970. */
type Ends = ReadonlyMap<MapKey, number>;

/** What the goes over one table's history share. */
class HistoryVerification {
  readonly shape: HistoryShape;
  /** Whether the open part lies in an order that the source has too. */
  readonly isOrdered: boolean;
  readonly faults: HistoryFault[] = [];
  faultCount = 0;
  readonly #snapshot: OltpSnapshot;
  readonly #olap: OlapBackend;
  readonly #history: TableHistory;
  readonly #signal: AbortSignal | undefined;
  readonly #present: readonly HistoryColumn[];
  /** Where the key lies among the present columns. */
  readonly #keys: readonly number[];
  readonly #decode: (row: readonly ExactValue[], first: number) => HistoryRow;
  readonly #schema: TableSchema;

  constructor(snapshot: OltpSnapshot, olap: OlapBackend, history: TableHistory, signal: AbortSignal | undefined) {
    this.#snapshot = snapshot;
    this.#olap = olap;
    this.#history = history;
    this.#signal = signal;
    this.shape = shapeOf(history);
    const present = this.shape.columns.filter((column) => column.present);
    this.#present = present;
    this.#keys = this.shape.keyColumns.map((key) => present.findIndex(({ name }) => name === key));
    this.#decode = rowDecoder(present.map((column) => column.class));
    this.isOrdered = !this.#keys.some((position) => present[position]!.class === "encoded");
    const columns = present.flatMap((column) => column.schema ?? []);
    this.#schema = { ...history.open.source, name: this.shape.of, columns };
  }

  /** Reads the closed versions of some keys; tells of those that begin before the one before them has ended. */
  async closedEnds(isOfShare: (id: MapKey) => boolean): Promise<Ends> {
    const { columns, keyColumns } = this.shape;
    const { closed } = this.#history;
    const keys = keyColumns.map((key) => columns.findIndex(({ name }) => name === key));
    const decode = rowDecoder(columns.map((column) => column.class));
    const from = closed.columns.findIndex(({ name }) => name === HISTORY_COLUMNS.validFrom);
    const last = new Map<MapKey, number>();
    for await (const batch of this.#scan(closed.name)) {
      for (const stored of batch) {
        const row = decode(stored, 1);
        const key = keys.map((position) => row[position]!);
        // Versions of a table that had another key, and was replaced: its rows are no rows of this one.
        if (key.some((value) => value === null)) continue;
        const id = mapKey(key);
        if (!isOfShare(id)) continue;
        const [begin, end] = [Number(stored[from]), Number(stored[from + 1])];
        if (begin < (last.get(id) ?? 0) || end < begin) this.#fault(key, "overlapping");
        last.set(id, end);
      }
    }
    return last;
  }

  /** Compares all rows, and the beginnings of living versions with the ends before them. */
  async compareInOrder(ends: Ends): Promise<void> {
    const source = batchedRows(this.#sourceRows() as AsyncIterable<readonly ExactRow[]>, ACTION, this.#signal);
    const open = batchedRows(this.#olap.scan(this.#history.open.name), ACTION, this.#signal);
    try {
      let row: HistoryRow | null = await source.next();
      let stored = await open.next();
      while (row !== null || stored !== null) {
        const version = stored === null ? null : this.#decode(stored, 0);
        const side = row === null ? 1 : version === null ? -1 : this.#order(row, version);
        if (side >= 0) this.#checkBeginning(stored!, version!, ends);
        this.#compare(side <= 0 ? row : null, side >= 0 ? version : null);
        if (side <= 0) row = source.nextBuffered() ?? await source.next();
        if (side >= 0) stored = open.nextBuffered() ?? await open.next();
      }
    } finally {
      await Promise.all([source.end(), open.end()]);
    }
  }

  /** Compares the rows of some keys, whose versions are all held. */
  async compareByKey(isOfShare: (id: MapKey) => boolean, ends: Ends): Promise<void> {
    const living = new Map<MapKey, HistoryRow>();
    for await (const batch of this.#scan(this.#history.open.name)) {
      for (const stored of batch) {
        const version = this.#decode(stored, 0);
        const id = mapKey(this.#keyOf(version));
        if (!isOfShare(id)) continue;
        this.#checkBeginning(stored, version, ends);
        living.set(id, version);
      }
    }
    for await (const batch of this.#sourceRows()) {
      this.#throwIfCancelled();
      for (const row of batch) {
        const id = mapKey(this.#keyOf(row));
        if (!isOfShare(id)) continue;
        this.#compare(row, living.get(id) ?? null);
        living.delete(id);
      }
    }
    for (const version of living.values()) this.#compare(null, version);
  }

  /** Compares nothing but the beginnings of living versions with the ends before them. */
  async compareBeginnings(ends: Ends): Promise<void> {
    for await (const batch of this.#scan(this.#history.open.name)) {
      for (const stored of batch) this.#checkBeginning(stored, this.#decode(stored, 0), ends);
    }
  }

  #checkBeginning(stored: readonly ExactValue[], version: HistoryRow, ends: Ends): void {
    const key = this.#keyOf(version);
    if (Number(stored[this.#present.length]) < (ends.get(mapKey(key)) ?? 0)) this.#fault(key, "overlapping");
  }

  /** A row of the source, a living version, or both under one key. */
  #compare(row: HistoryRow | null, version: HistoryRow | null): void {
    const key = this.#keyOf((row ?? version)!);
    if (version === null) return this.#fault(key, "missing in history");
    if (row === null) return this.#fault(key, "only in history");
    const differing = this.#present.filter((_, at) => !sameHistoryValue(row[at]!, version[at]!));
    if (differing.length > 0) this.#fault(key, "different", differing.map(({ name }) => name));
  }

  #fault(key: HistoryRow, kind: HistoryFault["kind"], columns: readonly string[] = []): void {
    if (++this.faultCount <= FAULTS_MAX) this.faults.push({ key: key.map(shown), kind, columns });
  }

  #keyOf(row: HistoryRow): HistoryRow {
    return this.#keys.map((position) => row[position]!);
  }

  #order(row: HistoryRow, version: HistoryRow): number {
    return compareHistoryKeys(this.#keyOf(row), this.#keyOf(version));
  }

  #sourceRows(): AsyncGenerator<readonly HistoryRow[], void, undefined> {
    return sourceRowsInKeyOrder(this.#snapshot, { schema: this.#schema }, false, BATCH_ROWS);
  }

  async *#scan(name: string): AsyncGenerator<readonly (readonly ExactValue[])[], void, undefined> {
    for await (const batch of this.#olap.scan(name)) {
      this.#throwIfCancelled();
      yield batch;
    }
  }

  #throwIfCancelled(): void {
    if (this.#signal?.aborted) throw new RheiError("CANCELLED", `Cannot ${ACTION}: it was cancelled`);
  }
}

/** Spreads keys over shares (FNV-1a). */
function hashOf(id: MapKey): number {
  const text = String(id);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

function shown(value: HistoryRow[number]): ExactValue {
  return value instanceof UndecodableText ? value.bytes : value;
}
