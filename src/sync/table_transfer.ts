import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type CapturedTable,
  type ChangeSource,
  KEY_ALIAS,
  keyColumn,
  type LogRange,
  rangeParameters,
  ROW_ALIAS,
  type SourceTable,
  type SqlReader,
} from "../cdc/mod.ts";
import { invariant } from "../errors/mod.ts";
import type { OlapTransaction } from "../olap/mod.ts";
import { ColumnMisfit, type ScanColumn, type ScanSource } from "../oltp/mod.ts";
import { quoteName } from "../sql/mod.ts";
import type { ColumnBatch, ColumnClass, MirrorTable } from "../types/mod.ts";
import { type ColumnQuery, type ColumnReading, emptyBatch, readColumns } from "./column_source.ts";
import { type ClassConflict, guessClasses, inferClasses } from "./infer_classes.ts";
import {
  fromSource,
  keyPositions,
  mirrorExpressions,
  mirrorTableOf,
  sourceRows,
  storedTable,
  valueExpressions,
} from "./mirror_layout.ts";

/** Changes from which on the changed keys are read first, and then their rows by a scan: fewer are read with their keys at one stroke. */
const SCANNED_CHANGES_MIN = 1000;

/** Outcome of reading a whole table into the mirror. */
export type LoadOutcome =
  | { readonly kind: "loaded"; readonly table: MirrorTable; readonly rows: number }
  | { readonly kind: "unfit"; readonly conflict: ClassConflict };

/** Where rows are read from and written to. */
export interface Transfer extends ColumnReading {
  readonly transaction: OlapTransaction;
}

/** Reads a whole table into a new mirror table. Told of each batch's rows through `onRows`. */
export async function loadTable(
  transfer: Transfer,
  table: SourceTable,
  onRows: (rows: number) => void,
): Promise<LoadOutcome> {
  const { snapshot, transaction } = transfer;
  const first = await tryLoad(transfer, table, await guessClasses(snapshot, table), onRows);
  if (!(first instanceof ColumnMisfit)) return first;
  let conflict = textFault(first, table);
  if (conflict === null) {
    const inference = await inferClasses(snapshot, table);
    if (inference.kind === "classes") {
      const second = await tryLoad(transfer, table, inference.classes, onRows);
      if (!(second instanceof ColumnMisfit)) return second;
      conflict = textFault(second, table);
      if (conflict === null) throw second;
    } else {
      conflict = inference.conflict;
      // The reads stopped before they had seen every text. Examined again after a restart, as the client then has to learn it anew.
      if (await holdsUnsafeText(transfer, table)) conflict = { ...conflict, rows: [] };
    }
  }
  await transaction.dropTable(table.schema.name);
  return { kind: "unfit", conflict };
}

/** The conflict where the fault is in a text itself, which no class can hold. */
function textFault({ met, columnIndex }: ColumnMisfit, table: SourceTable): ClassConflict | null {
  if (met !== "text with NUL" && met !== "text that is not UTF-8") return null;
  const mirror = mirrorTableOf(table.schema, []);
  const column = mirror.columns[columnIndex]?.name ?? "";
  return { reason: `column ${column} holds ${met}`, column, rows: [] };
}

/**
 * Whether some text of a table is one that the driver cannot give. Reading it is what tells the client, which from then on reads with
 * care: queries on a table that is not mirrored go there.
 */
async function holdsUnsafeText(transfer: Transfer, table: SourceTable): Promise<boolean> {
  // A server gives any text.
  if (transfer.snapshot.scanColumns === undefined) return false;
  const columns = valueExpressions(table.schema).map((value): ScanColumn => ({
    expression: `CASE typeof(${value}) WHEN 'text' THEN ${value} END`,
    class: "text",
  }));
  const { key } = table.schema;
  const rowid = key.kind === "rowid" ? { table: { rowid: `${ROW_ALIAS}.${quoteName(key.accessName)}` } } : {};
  try {
    const batches = readColumns(transfer, { source: { from: sourceRows(table.schema), columns }, ...rowid });
    while (!(await batches.next()).done);
    return false;
  } catch (error) {
    if (!(error instanceof ColumnMisfit)) throw error;
    return true;
  }
}

async function tryLoad(
  transfer: Transfer,
  table: SourceTable,
  classes: readonly ColumnClass[],
  onRows: (rows: number) => void,
): Promise<LoadOutcome | ColumnMisfit> {
  const { transaction } = transfer;
  const mirror = mirrorTableOf(table.schema, classes);
  await transaction.createTable(mirror);
  let rows = 0;
  try {
    for await (const batch of readColumns(transfer, wholeTable(table, mirror))) {
      await transaction.append(mirror.name, batch);
      rows += batch.rowCount;
      onRows(batch.rowCount);
    }
  } catch (error) {
    if (!(error instanceof ColumnMisfit)) throw error;
    onRows(-rows);
    return error;
  }
  return { kind: "loaded", table: mirror, rows };
}

/** All rows of a table, in the form of its mirror table. */
export function wholeTable(table: SourceTable, mirror: MirrorTable): ColumnQuery {
  const query = { from: sourceRows(table.schema), columns: scanColumns(mirror) };
  const { key } = table.schema;
  if (key.kind !== "rowid") return { source: query };
  const stored = storedTable(table);
  const rowid = `${ROW_ALIAS}.${quoteName(key.accessName)}`;
  return { source: { ...query, ...(stored === null ? {} : { stored }) }, table: { rowid } };
}

/** How to read a mirror table's columns from its source. */
function scanColumns(mirror: MirrorTable): ScanColumn[] {
  const { source } = mirror;
  const added = mirror.columns.length - source.columns.length;
  return mirrorExpressions(source).map((expression, at) => {
    const columnClass = mirror.columns[at]?.class ?? "blob";
    const affinity = source.columns[at - added]?.affinity;
    return { expression, class: columnClass, ...(affinity === undefined ? {} : { affinity }) };
  });
}

/** Rows and keys written by {@linkcode transferChanges}. */
export interface TransferCount {
  readonly upserts: number;
  readonly deletes: number;
}

/** A table's changes to apply. */
export interface ChangedTable {
  readonly captured: CapturedTable;
  readonly mirror: MirrorTable;
  readonly range: LogRange;
  /** Log rows of the table in the range. */
  readonly changes: number;
  /** Whether keys may have been removed. */
  readonly removals: boolean;
}

/** Stages the changes of a table in a range of the log. @throws {ColumnMisfit} When a value outgrew its column. */
export async function transferChanges(
  transfer: Transfer,
  source: ChangeSource,
  changed: ChangedTable,
): Promise<TransferCount> {
  const { transaction } = transfer;
  const { mirror, changes } = changed;
  const queries = changeQueries(source, changed);
  const params = rangeParameters(changed.range);
  let upserts = 0;
  let deletes = 0;
  if (changed.removals) {
    for await (const keys of readColumns(transfer, queries.removed, { rowsMax: changes, params })) {
      await transaction.change(mirror.name, queries.noRows, keys);
      deletes += keys.rowCount;
    }
  }
  for await (const rows of readChangedRows(transfer, queries, changes, params)) {
    await transaction.change(mirror.name, rows, queries.noKeys);
    upserts += rows.rowCount;
  }
  return { upserts, deletes };
}

/** The present rows of all changed keys, each once. Where the key is the rowid and there are many, the table is scanned for them. */
async function* readChangedRows(
  transfer: Transfer,
  { whole, keys, changed }: ChangeQueries,
  changes: number,
  params: readonly bigint[],
): AsyncGenerator<ColumnBatch, void, undefined> {
  const { snapshot } = transfer;
  if (whole.table === undefined || changes < SCANNED_CHANGES_MIN || !snapshot.scanColumns || !snapshot.readColumns) {
    return yield* readColumns(transfer, changed, { rowsMax: changes, params });
  }
  // Reading and sorting many keys takes a while, as counting them did just before.
  await nextTurn();
  const [vector] = (await snapshot.readColumns(keys, params)).columns;
  invariant(vector?.class === "integer", "a rowid is an integer");
  yield* readColumns(transfer, { ...whole, table: { ...whole.table, keys: sortedOnce(vector.data) } });
}

/** What is read of a table's changes, whatever their range. */
interface ChangeQueries {
  readonly mirror: MirrorTable;
  readonly whole: ColumnQuery;
  readonly changed: ColumnQuery;
  readonly removed: ColumnQuery;
  /** The changed keys, where they are rowids. */
  readonly keys: ScanSource;
  /** No rows of the mirror table, and none of its keys. */
  readonly noRows: ColumnBatch;
  readonly noKeys: ColumnBatch;
}

/** Kept while the schema stays: making them takes longer than reading a few rows. */
const CHANGE_QUERIES = new WeakMap<CapturedTable, ChangeQueries>();

function changeQueries(source: ChangeSource, { captured, mirror }: ChangedTable): ChangeQueries {
  const known = CHANGE_QUERIES.get(captured);
  if (known?.mirror === mirror) return known;
  const whole = wholeTable(captured.table, mirror);
  const keyClasses = keyPositions(mirror).map((position) => mirror.columns[position]?.class ?? "integer");
  const queries: ChangeQueries = {
    mirror,
    whole,
    changed: { source: { from: source.changedRows(captured), columns: whole.source.columns } },
    removed: { source: removedKeys(source, captured, keyClasses) },
    keys: {
      from: source.changedKeys(captured),
      columns: [{ expression: `${KEY_ALIAS}.${keyColumn(0)}`, class: "integer" }],
    },
    noRows: emptyBatch(mirror.columns.map((column) => column.class)),
    noKeys: emptyBatch(keyClasses),
  };
  CHANGE_QUERIES.set(captured, queries);
  return queries;
}

/** Sorts in place, and leaves out what is there already. */
function sortedOnce(keys: BigInt64Array): BigInt64Array {
  keys.sort();
  let count = 0;
  for (const key of keys) {
    if (count === 0 || key !== keys[count - 1]) keys[count++] = key;
  }
  return keys.subarray(0, count);
}

/**
 * The removed keys as their columns hold them: SQLite calls 1 and 1.0 the same key. A key that cannot stand in its column never was
 * in the mirror and is left out.
 */
function removedKeys(source: ChangeSource, captured: CapturedTable, classes: readonly ColumnClass[]): ScanSource {
  const logged = classes.map((_, at) => `${KEY_ALIAS}.${keyColumn(at)}`);
  const fits = logged.map((key, at) => keyFits(key, classes[at] ?? "blob"));
  return {
    from: `${source.removedKeys(captured)} WHERE ${fits.join(" AND ")}`,
    columns: logged.map((key, at) => {
      const columnClass = classes[at] ?? "blob";
      const cast = columnClass === "integer" ? "INTEGER" : columnClass === "real" ? "REAL" : null;
      return { expression: cast === null ? key : `CAST(${key} AS ${cast})`, class: columnClass };
    }),
  };
}

function keyFits(key: string, columnClass: ColumnClass): string {
  switch (columnClass) {
    case "integer":
      return `typeof(${key}) IN ('integer', 'real') AND ${key} = CAST(${key} AS INTEGER)`;
    case "real":
      return `typeof(${key}) IN ('integer', 'real')`;
    case "number":
      return `(typeof(${key}) = 'real' OR typeof(${key}) = 'integer' AND ` +
        `${key} BETWEEN -9007199254740992 AND 9007199254740992)`;
    case "text":
    case "blob":
      return `typeof(${key}) = '${columnClass}'`;
  }
}

/** Rows a table holds, to show progress against. */
export async function countRows(reader: SqlReader, table: SourceTable): Promise<number> {
  return Number((await reader.query(`SELECT count(*) ${fromSource(table)}`)).rows[0]?.[0] ?? 0);
}
