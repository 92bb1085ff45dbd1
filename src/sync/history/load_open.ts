import type { SourceTable } from "../../cdc/mod.ts";
import type { OlapTransaction } from "../../olap/mod.ts";
import type { ColumnBatch, MirrorTable } from "../../types/mod.ts";
import { type ColumnReading, readColumns } from "../column_source.ts";
import { wholeTable } from "../table_transfer.ts";
import { sourceRowsInKeyOrder } from "./source_rows.ts";
import type { TableFeed } from "./table_feed.ts";
import type { Version } from "./version_builder.ts";

/** Where rows are read from and written to. */
export interface OpenLoading extends ColumnReading {
  readonly transaction: OlapTransaction;
}

/** Gives every row of a table its first version, in a new open part that has no columns of the past. */
export async function loadOpen(
  loading: OpenLoading,
  table: SourceTable,
  mirror: MirrorTable | null,
  feed: TableFeed,
  time: number,
): Promise<void> {
  if (mirror !== null && isCarriedAsIn(mirror, feed)) {
    for await (const batch of readColumns(loading, wholeTable(table, mirror))) {
      await loading.transaction.append(feed.tables.open.name, firstVersions(batch, time));
    }
    return;
  }
  const pad = feed.plan.shape.columns.flatMap(({ present }) => present ? [] : [null]);
  for await (const rows of sourceRowsInKeyOrder(loading.snapshot, table, mirror !== null, loading.batchRows)) {
    await feed.appendOpen(rows.map((row): Version => ({ row: [...row, ...pad], from: time, operation: "I" })));
  }
}

/** Whether the mirror's columns can be taken as they are. */
function isCarriedAsIn(mirror: MirrorTable, { plan }: TableFeed): boolean {
  const present = plan.shape.columns.filter((column) => column.present);
  return present.length === mirror.columns.length &&
    present.every((column, at) => column.class === mirror.columns[at]!.class);
}

function firstVersions({ rowCount, columns }: ColumnBatch, time: number): ColumnBatch {
  return {
    rowCount,
    columns: [
      ...columns,
      { class: "integer", data: new BigInt64Array(rowCount).fill(BigInt(time)), nulls: null },
      { class: "text", data: new Array<string>(rowCount).fill("I") },
    ],
  };
}
