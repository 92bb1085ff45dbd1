/** Tables, batches and reads that the OLAP conformance cases share. */
import assert from "node:assert/strict";
import type { CompiledQuery, MirrorCatalog, OlapBackend, OlapTransaction } from "../../../src/olap/mod.ts";
import { foldName, parseSelect } from "../../../src/sql/mod.ts";
import {
  type Affinity,
  type ColumnBatch,
  type ColumnClass,
  type ColumnSchema,
  type ColumnVector,
  type ExactValue,
  MIRROR_FORMAT_VERSION,
  type MirrorState,
  type MirrorTable,
  ROWID_COLUMN,
  watermark,
} from "../../../src/types/mod.ts";

export type Rows = readonly (readonly ExactValue[])[];

const AFFINITY: Readonly<Record<ColumnClass, Affinity>> = {
  integer: "integer",
  real: "real",
  number: "numeric",
  text: "text",
  blob: "blob",
};

/** A mirror table with columns of the given names and classes, keyed by `keyColumns`. */
export function tableOf(
  name: string,
  columns: readonly (readonly [string, ColumnClass])[],
  keyColumns: readonly string[],
): MirrorTable {
  const schemas = columns.filter(([column]) => column !== ROWID_COLUMN).map(([column, columnClass]): ColumnSchema => ({
    name: column,
    declaredType: columnClass,
    affinity: AFFINITY[columnClass],
    collation: "BINARY",
    notNull: false,
    primaryKeyPosition: keyColumns.indexOf(column) + 1,
    generated: "no",
    hidden: false,
  }));
  return {
    name,
    source: {
      name,
      columns: schemas,
      key: { kind: "primaryKey", columns: keyColumns },
      sql: `CREATE TABLE "${name}" (…)`,
    },
    columns: columns.map(([column, columnClass]) => ({ name: column, class: columnClass })),
    keyColumns,
  };
}

/** Rows as a batch of the table's columns. */
export function batchOf(table: MirrorTable, rows: Rows): ColumnBatch {
  return columnsOf(table.columns.map((column) => column.class), rows);
}

/** Keys as a batch of the table's key columns. */
export function keysOf(table: MirrorTable, keys: Rows): ColumnBatch {
  return columnsOf(table.keyColumns.map((key) => table.columns.find((column) => column.name === key)!.class), keys);
}

function columnsOf(classes: readonly ColumnClass[], rows: Rows): ColumnBatch {
  return { rowCount: rows.length, columns: classes.map((each, at) => columnOf(each, rows.map((row) => row[at]!))) };
}

function columnOf(columnClass: ColumnClass, values: readonly ExactValue[]): ColumnVector {
  const nulls = values.includes(null) ? Uint8Array.from(values, (value) => value === null ? 1 : 0) : null;
  switch (columnClass) {
    case "integer":
      return { class: columnClass, data: BigInt64Array.from(values, (value) => (value ?? 7n) as bigint), nulls };
    case "real":
    case "number":
      return { class: columnClass, data: Float64Array.from(values, (value) => Number(value ?? 7)), nulls };
    case "text":
      return { class: columnClass, data: values as (string | null)[] };
    case "blob":
      return { class: columnClass, data: values as (Uint8Array | null)[] };
  }
}

/** A state told apart by its watermark. */
export function stateAt(sequence: number): MirrorState {
  return {
    formatVersion: MIRROR_FORMAT_VERSION,
    databaseId: 'it\'s "one"\u0000 ü',
    watermark: watermark(sequence),
    token: `token-${sequence}`,
    previousToken: `token-${sequence - 1}`,
    schemaVersion: 4_000_000_000,
  };
}

/** Runs `body` in a transaction and commits it. */
export async function commit(
  backend: OlapBackend,
  sequence: number,
  body: (transaction: OlapTransaction) => Promise<void>,
): Promise<void> {
  const transaction = await backend.begin();
  await body(transaction);
  await transaction.commit(stateAt(sequence));
}

/** Creates the table and loads rows into it, at watermark 1. */
export function load(backend: OlapBackend, table: MirrorTable, rows: Rows): Promise<void> {
  return commit(backend, 1, async (transaction) => {
    await transaction.createTable(table);
    await transaction.append(table.name, batchOf(table, rows));
  });
}

/** Changes the table in a transaction of its own. */
export function change(
  backend: OlapBackend,
  sequence: number,
  table: MirrorTable,
  upserts: Rows,
  deletes: Rows,
): Promise<void> {
  return commit(
    backend,
    sequence,
    (transaction) => transaction.change(table.name, batchOf(table, upserts), keysOf(table, deletes)),
  );
}

/** All rows in scan order. */
export async function rowsOf(backend: OlapBackend, table: MirrorTable): Promise<ExactValue[][]> {
  const rows: ExactValue[][] = [];
  for await (const batch of backend.scan(table.name)) rows.push(...batch.map((row) => [...row]));
  return rows;
}

/** Compiles a statement over the mirror's tables; a decline fails the case. */
export async function compile(backend: OlapBackend, text: string): Promise<CompiledQuery> {
  const tables = new Map((await backend.state())?.tables.map((table) => [foldName(table.name), table]));
  const catalog: MirrorCatalog = {
    version: 1,
    table: (name) => tables.get(foldName(name)),
    history: () => undefined,
    historyBeginning: () => undefined,
    view: () => undefined,
    absence: () => undefined,
  };
  const outcome = await backend.compile({ text, query: parseSelect(text), parameters: [], catalog });
  assert(outcome.kind === "compiled", `declined: ${outcome.kind === "declined" ? outcome.reason : ""}`);
  return outcome.query;
}

/** The rows a statement gives. */
export async function query(backend: OlapBackend, text: string): Promise<Rows> {
  return (await backend.run(await compile(backend, text))).rows;
}
