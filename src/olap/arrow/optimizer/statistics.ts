import { type ExactValue, type MirrorTable } from "../../../types/mod.ts";
import { readValues } from "../storage/read_vectors.ts";
import type { TableSnapshot } from "../storage/table_snapshot.ts";

/** What is known of the tables' contents: enough to prefer one plan to another, never to prove anything. */
export interface PlanStatistics {
  /** `undefined` where nothing is known. */
  table(name: string): TableStatistics | undefined;
}

export interface TableStatistics {
  readonly rows: number;
  /** In the order of the mirror table's columns. */
  readonly columns: readonly ColumnStatistics[];
  /** Values of a column in some rows, the same rows for every column; empty when there is no sample. */
  sample(column: number): readonly ExactValue[];
}

export interface ColumnStatistics {
  /** Distinct values. */
  readonly distinct: number;
  /** Rows where it is NULL. */
  readonly nulls: number;
  /** Bounds of numbers, `null` where unknown. */
  readonly range: { readonly least: number; readonly most: number } | null;
}

/** Rows looked at to learn how many a condition lets through. */
const SAMPLE_ROWS = 512;

const known = new WeakMap<TableSnapshot, TableStatistics>();

/** The statistics of a table's present rows. */
export function statisticsOf(snapshot: TableSnapshot): TableStatistics {
  let statistics = known.get(snapshot);
  if (statistics === undefined) known.set(snapshot, statistics = summarise(snapshot));
  return statistics;
}

function summarise(snapshot: TableSnapshot): TableStatistics {
  const { table, rowCount, columns } = snapshot;
  const positions = samplePositions(snapshot);
  const samples = new Map<number, readonly ExactValue[]>();
  return {
    rows: rowCount,
    columns: columns.map((column): ColumnStatistics => ({
      distinct: Math.max(1, Math.min(column.distinctEstimate, rowCount)),
      nulls: Math.min(column.nullCount, rowCount),
      range: column.range,
    })),
    sample(column) {
      let values = samples.get(column);
      if (values === undefined) {
        values = readValues(columns[column]!, classOf(table, column), positions);
        samples.set(column, values);
      }
      return values;
    },
  };
}

function classOf(table: MirrorTable, column: number): MirrorTable["columns"][number]["class"] {
  return table.columns[column]!.class;
}

/** Evenly spread, shifted within each stretch so that no period of the data is met; deleted rows left out. */
function samplePositions({ positionCount, deleted }: TableSnapshot): Int32Array {
  const wanted = Math.min(SAMPLE_ROWS, positionCount);
  const stretch = positionCount / Math.max(1, wanted);
  const positions: number[] = [];
  for (let index = 0; index < wanted; index++) {
    const shift = (index * 0.618033988749895) % 1;
    const position = Math.min(positionCount - 1, Math.floor((index + shift) * stretch));
    if (deleted === null || (deleted[position >> 3]! & (1 << (position & 7))) === 0) positions.push(position);
  }
  return Int32Array.from(positions);
}
