import type { OlapBackend, OlapTransaction } from "../../olap/mod.ts";
import type { MirrorTable, TableHistory } from "../../types/mod.ts";
import { closedBatch, rowDecoder } from "./history_batch.ts";
import { type HistoryShape, shapeOf } from "./history_layout.ts";
import type { ClosedVersion } from "./version_builder.ts";

/** Where a closed part is copied. */
export interface ClosedCopying {
  readonly olap: OlapBackend;
  readonly transaction: OlapTransaction;
}

/**
 * Copies a closed part, as committed, into an empty one of another shape.
 *
 * @param sources For each column of the new shape, its position in the former or -1.
 */
export async function copyClosed(
  { olap, transaction }: ClosedCopying,
  former: TableHistory,
  shape: HistoryShape,
  sources: readonly number[],
  into: MirrorTable,
): Promise<void> {
  const classes = shapeOf(former).columns.map((column) => column.class);
  const decode = rowDecoder(classes);
  const width = classes.length;
  for await (const batch of olap.scan(former.closed.name)) {
    // Numbers may have gaps where versions were retired.
    for (let start = 0; start < batch.length;) {
      const first = batch[start]![0] as bigint;
      const versions: ClosedVersion[] = [];
      for (; start < batch.length && batch[start]![0] === first + BigInt(versions.length); start++) {
        const stored = batch[start]!;
        const values = decode(stored, 1);
        versions.push({
          row: sources.map((source) => source < 0 ? null : values[source]!),
          from: Number(stored[width + 1]),
          to: Number(stored[width + 2]),
          operation: stored[width + 3] as ClosedVersion["operation"],
        });
      }
      await transaction.append(into.name, closedBatch(shape.columns, versions, first));
    }
  }
}
