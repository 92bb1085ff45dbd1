import type { OlapBackend } from "../../olap/mod.ts";
import type { MirrorState, TableHistory } from "../../types/mod.ts";
import { inMirrorTransaction } from "../mirror_transaction.ts";
import { copyClosed } from "./copy_closed.ts";
import { fitsColumn, openBatch, rowDecoder } from "./history_batch.ts";
import { type HistoryClass, type HistoryColumn, historyTables, shapeOf } from "./history_layout.ts";
import type { HistoryRow, HistoryValue } from "./history_value.ts";

/** Classes in which a column can hold all of some values, the tightest first; the last holds everything. */
export function widerClasses(
  schema: HistoryColumn["schema"],
  values: readonly HistoryValue[],
): readonly HistoryClass[] {
  const mayMix = schema?.affinity === "integer" || schema?.affinity === "numeric";
  const classes: readonly HistoryClass[] = ["integer", "real", ...mayMix ? ["number"] as const : [], "text", "blob"];
  const fitting = classes.filter((each) => values.every((value) => fitsColumn(value, each)));
  return [...fitting, "encoded"];
}

/**
 * Rewrites both parts of a history, in a transaction of its own, so that columns can hold values besides those they hold; says nothing
 * new and loses nothing.
 *
 * @param values Values per position of a column that cannot hold them.
 * @param state The state the mirror is in.
 */
export async function widenHistory(
  olap: OlapBackend,
  history: TableHistory,
  values: ReadonlyMap<number, readonly HistoryValue[]>,
  state: MirrorState,
): Promise<TableHistory> {
  const shape = shapeOf(history);
  const candidates = new Map(
    [...values].map(([position, met]) => [position, [...widerClasses(shape.columns[position]!.schema, met)]]),
  );
  for await (const rows of historyRows(olap, history)) {
    for (const row of rows) {
      for (const [position, classes] of candidates) {
        while (!fitsColumn(row[position] ?? null, classes[0]!)) classes.shift();
      }
    }
  }
  const columns = shape.columns.map((column, at) => ({ ...column, class: candidates.get(at)?.[0] ?? column.class }));
  const wider = { ...shape, columns };
  const tables = historyTables(wider, history.open.source.key);
  await inMirrorTransaction(olap, async (transaction) => {
    await transaction.createTable(tables.closed);
    await copyClosed({ olap, transaction }, history, wider, [...columns.keys()], tables.closed);
    await transaction.createTable(tables.open);
    for await (const versions of openVersions(olap, history)) {
      await transaction.append(tables.open.name, openBatch(columns, versions));
    }
    await transaction.commit(state);
  });
  return tables;
}

/** All rows of both parts, in the order of the shape's columns; those of the open part lack the columns that are gone. */
async function* historyRows(olap: OlapBackend, history: TableHistory): AsyncGenerator<readonly HistoryRow[]> {
  const { columns } = shapeOf(history);
  const decode = rowDecoder(columns.map((column) => column.class));
  for await (const batch of olap.scan(history.closed.name)) yield batch.map((row) => decode(row, 1));
  for await (const versions of openVersions(olap, history)) yield versions.map(({ row }) => row);
}

async function* openVersions(olap: OlapBackend, history: TableHistory) {
  const { columns } = shapeOf(history);
  const present = columns.flatMap((column, at) => column.present ? at : []);
  const decode = rowDecoder(present.map((at) => columns[at]!.class));
  const gone = columns.length - present.length;
  for await (const batch of olap.scan(history.open.name)) {
    yield batch.map((stored) => {
      const operation: "I" | "U" = stored[present.length + 1] === "U" ? "U" : "I";
      const row: HistoryRow = [...decode(stored, 0), ...new Array<null>(gone).fill(null)];
      return { row, from: Number(stored[present.length]), operation };
    });
  }
}
