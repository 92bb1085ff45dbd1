import type { OlapBackend } from "../../olap/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import { type ExactValue, HISTORY_COLUMNS, type TableHistory, UndecodableText } from "../../types/mod.ts";
import { rowDecoder } from "./history_batch.ts";
import { type HistoryShape, shapeOf } from "./history_layout.ts";
import { type HistoryRow, type MapKey, mapKey, sameHistoryValue } from "./history_value.ts";
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

/** Faults named per table. */
const FAULTS_MAX = 10;
const BATCH_ROWS = 10_000;

/** Compares the living versions with the rows of a snapshot, value by value, and looks for versions of a row that overlap. */
export async function verifyHistory(
  snapshot: OltpSnapshot,
  olap: OlapBackend,
  history: TableHistory,
  signal: AbortSignal | undefined,
): Promise<HistoryComparison> {
  const shape = shapeOf(history);
  const faults: HistoryFault[] = [];
  let faultCount = 0;
  const fault = (key: HistoryRow, kind: HistoryFault["kind"], columns: readonly string[] = []) => {
    if (++faultCount <= FAULTS_MAX) faults.push({ key: key.map(shown), kind, columns });
  };
  const ends = await closedEnds(olap, history, shape, (key) => fault(key, "overlapping"));
  const present = shape.columns.filter((column) => column.present);
  const keys = shape.keyColumns.map((key) => present.findIndex(({ name }) => name === key));
  const living = new Map<MapKey, HistoryRow>();
  const decode = rowDecoder(present.map((column) => column.class));
  for await (const batch of olap.scan(history.open.name)) {
    signal?.throwIfAborted();
    for (const stored of batch) {
      const row = decode(stored, 0);
      const key = keys.map((position) => row[position]!);
      const id = mapKey(key);
      if (Number(stored[present.length]) < (ends.last.get(id) ?? 0)) fault(key, "overlapping");
      living.set(id, row);
    }
  }
  const versions = living.size + ends.count;
  const schema = { ...history.open.source, name: shape.of, columns: present.flatMap((column) => column.schema ?? []) };
  for await (const batch of sourceRowsInKeyOrder(snapshot, { schema }, false, BATCH_ROWS)) {
    signal?.throwIfAborted();
    for (const row of batch) {
      const key = keys.map((position) => row[position]!);
      const id = mapKey(key);
      const version = living.get(id);
      living.delete(id);
      if (version === undefined) {
        fault(key, "missing in history");
        continue;
      }
      const columns = present.filter((_, at) => !sameHistoryValue(row[at]!, version[at]!)).map(({ name }) => name);
      if (columns.length > 0) fault(key, "different", columns);
    }
  }
  for (const row of living.values()) fault(keys.map((position) => row[position]!), "only in history");
  return { name: shape.of, keyColumns: shape.keyColumns, versions, faultCount, faults };
}

/** When the last closed version of each key ended; tells of versions that begin before the one before them has ended. */
async function closedEnds(
  olap: OlapBackend,
  { closed }: TableHistory,
  { columns, keyColumns }: HistoryShape,
  onOverlap: (key: HistoryRow) => void,
): Promise<{ readonly last: ReadonlyMap<MapKey, number>; readonly count: number }> {
  const keys = keyColumns.map((key) => columns.findIndex(({ name }) => name === key));
  const decode = rowDecoder(columns.map((column) => column.class));
  const from = closed.columns.findIndex(({ name }) => name === HISTORY_COLUMNS.validFrom);
  const last = new Map<MapKey, number>();
  let count = 0;
  for await (const batch of olap.scan(closed.name)) {
    for (const stored of batch) {
      const row = decode(stored, 1);
      const key = keys.map((position) => row[position]!);
      // Versions of a table that had another key, and was replaced: its rows are no rows of this one.
      if (key.some((value) => value === null)) {
        count++;
        continue;
      }
      const id = mapKey(key);
      const begin = Number(stored[from]);
      const end = Number(stored[from + 1]);
      if (begin < (last.get(id) ?? 0) || end < begin) onOverlap(key);
      last.set(id, end);
      count++;
    }
  }
  return { last, count };
}

function shown(value: HistoryRow[number]): ExactValue {
  return value instanceof UndecodableText ? value.bytes : value;
}
