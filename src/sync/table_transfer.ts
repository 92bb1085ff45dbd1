import type { CapturedTable, ChangeSource, SourceTable, SqlReader } from "../cdc/mod.ts";
import type { OlapTransaction } from "../olap/mod.ts";
import type { OltpSnapshot, Statement } from "../oltp/mod.ts";
import { type ColumnBatch, type ColumnClass, type ExactValue, fitsClass, type MirrorTable } from "../types/mod.ts";
import { type ClassConflict, guessClasses, inferClasses } from "./infer_classes.ts";
import { fromSource, keyPositions, mirrorExpressions, mirrorTableOf } from "./mirror_layout.ts";
import { ColumnMisfit, columnsOfRows } from "./row_columns.ts";

/** Runs a query inside the snapshot and gives its rows as columns of the wanted classes. @throws {ColumnMisfit} */
export async function* readColumns(
  snapshot: OltpSnapshot,
  statement: Statement,
  classes: readonly ColumnClass[],
  batchRows: number,
): AsyncIterable<ColumnBatch> {
  for await (const rows of snapshot.stream(statement.sql, statement.params ?? [], batchRows)) {
    yield columnsOfRows(rows, classes);
  }
}

/** Outcome of reading a whole table into the mirror. */
export type LoadOutcome =
  | { readonly kind: "loaded"; readonly table: MirrorTable; readonly rows: number }
  | { readonly kind: "unfit"; readonly conflict: ClassConflict };

/** Reads a whole table into a new mirror table. Told of each batch's rows through `onRows`. */
export async function loadTable(
  snapshot: OltpSnapshot,
  transaction: OlapTransaction,
  table: SourceTable,
  batchRows: number,
  onRows: (rows: number) => void,
): Promise<LoadOutcome> {
  try {
    return await loadAs(snapshot, transaction, table, await guessClasses(snapshot, table), batchRows, onRows);
  } catch (error) {
    if (!(error instanceof ColumnMisfit)) throw error;
  }
  const inference = await inferClasses(snapshot, table);
  if (inference.kind === "conflict") {
    await transaction.dropTable(table.schema.name);
    return { kind: "unfit", conflict: inference.conflict };
  }
  return loadAs(snapshot, transaction, table, inference.classes, batchRows, onRows);
}

async function loadAs(
  snapshot: OltpSnapshot,
  transaction: OlapTransaction,
  table: SourceTable,
  classes: readonly ColumnClass[],
  batchRows: number,
  onRows: (rows: number) => void,
): Promise<LoadOutcome> {
  const mirror = mirrorTableOf(table.schema, classes);
  await transaction.createTable(mirror);
  const statement = { sql: `SELECT ${mirrorExpressions(table.schema).join(", ")} ${fromSource(table)}` };
  let rows = 0;
  for await (const batch of readColumns(snapshot, statement, mirror.columns.map((c) => c.class), batchRows)) {
    await transaction.append(mirror.name, batch);
    rows += batch.rowCount;
    onRows(batch.rowCount);
  }
  return { kind: "loaded", table: mirror, rows };
}

/** Rows and keys written by {@linkcode transferChanges}. */
export interface TransferCount {
  readonly upserts: number;
  readonly deletes: number;
}

/** Stages the changes of a table in a range of the log. @throws {ColumnMisfit} When a value outgrew its column. */
export async function transferChanges(
  snapshot: OltpSnapshot,
  transaction: OlapTransaction,
  source: ChangeSource,
  captured: CapturedTable,
  mirror: MirrorTable,
  range: { readonly from: number; readonly to: number; readonly deletions: boolean },
  batchRows: number,
): Promise<TransferCount> {
  const classes = mirror.columns.map((column) => column.class);
  const keyClasses = keyPositions(mirror).map((position) => classes[position] ?? "integer");
  const noRows = columnsOfRows([], classes);
  const noKeys = columnsOfRows([], keyClasses);
  let upserts = 0;
  let deletes = 0;
  if (range.deletions || captured.replaces) {
    const removed = source.removedKeys(captured, range.from, range.to);
    for await (const keys of readKeys(snapshot, removed, keyClasses, batchRows)) {
      await transaction.change(mirror.name, noRows, keys);
      deletes += keys.rowCount;
    }
  }
  const changed = source.changedRows(captured, mirrorExpressions(mirror.source), range.from, range.to);
  for await (const rows of readColumns(snapshot, changed, classes, batchRows)) {
    await transaction.change(mirror.name, rows, noKeys);
    upserts += rows.rowCount;
  }
  return { upserts, deletes };
}

/** Removed keys as columns. */
async function* readKeys(
  snapshot: OltpSnapshot,
  statement: Statement,
  classes: readonly ColumnClass[],
  batchRows: number,
): AsyncIterable<ColumnBatch> {
  for await (const rows of snapshot.stream(statement.sql, statement.params ?? [], batchRows)) {
    const keys = rows.map((row) => row.map((value, at) => keyValue(value, classes[at] ?? "blob")));
    yield columnsOfRows(keys.filter((key): key is ExactValue[] => !key.includes(undefined)), classes);
  }
}

/**
 * A logged key value as its column holds it: SQLite calls 1 and 1.0 the same key. `undefined` for a value that cannot stand in the
 * column: such a key never was in the mirror and needs no removal.
 */
function keyValue(value: ExactValue, columnClass: ColumnClass): ExactValue | undefined {
  if (fitsClass(value, columnClass)) return value;
  if (columnClass === "integer" && Number.isInteger(value)) return BigInt(value as number);
  if (columnClass === "real" && typeof value === "bigint") return Number(value);
  return undefined;
}

/** Rows a table holds, to show progress against. */
export async function countRows(reader: SqlReader, table: SourceTable): Promise<number> {
  return Number((await reader.query(`SELECT count(*) ${fromSource(table)}`)).rows[0]?.[0] ?? 0);
}
