import type { MirrorCatalog, OlapBackend } from "../../../src/olap/mod.ts";
import { openArrow } from "../../../src/olap/arrow/mod.ts";
import { foldName } from "../../../src/sql/mod.ts";
import {
  type Affinity,
  type ColumnBatch,
  type ColumnClass,
  type ColumnVector,
  MIRROR_FORMAT_VERSION,
  type MirrorTable,
  utf8Vector,
  watermark,
} from "../../../src/types/mod.ts";
import type { Coded, KernelData, Texts } from "./data.ts";

/** Rows handed over at a time. */
const ROWS = 1 << 16;

type Column = Int32Array | Float64Array | Coded | Texts;

const AFFINITY: Readonly<Record<ColumnClass, Affinity>> = {
  integer: "integer",
  real: "real",
  number: "numeric",
  text: "text",
  blob: "blob",
};

function classOf(column: Column): ColumnClass {
  return column instanceof Int32Array ? "integer" : column instanceof Float64Array ? "real" : "text";
}

function tableOf(name: string, columns: Readonly<Record<string, Column>>): MirrorTable {
  const [key] = Object.keys(columns);
  const schemas = Object.entries(columns).map(([column, data]) => ({
    name: column,
    declaredType: classOf(data),
    affinity: AFFINITY[classOf(data)],
    collation: "BINARY",
    notNull: false,
    primaryKeyPosition: column === key ? 1 : 0,
    generated: "no" as const,
    hidden: false,
  }));
  return {
    name,
    source: { name, columns: schemas, key: { kind: "primaryKey", columns: [key!] }, sql: `CREATE TABLE ${name} (…)` },
    columns: schemas.map((column) => ({ name: column.name, class: column.declaredType })),
    keyColumns: [key!],
  };
}

function vectorOf(column: Column, from: number, to: number): ColumnVector {
  if (column instanceof Int32Array) {
    return { class: "integer", data: BigInt64Array.from(column.subarray(from, to), BigInt), nulls: null };
  }
  if (column instanceof Float64Array) return { class: "real", data: column.slice(from, to), nulls: null };
  if ("codes" in column) {
    return { class: "text", data: Array.from(column.codes.subarray(from, to), (code) => column.texts[code]!) };
  }
  const { offsets, bytes } = column;
  const spaced = new Uint8Array(offsets[to]! - offsets[from]! + to - from);
  const ends = new Uint32Array(to - from);
  let at = 0;
  for (let row = from; row < to; row++) {
    spaced.set(bytes.subarray(offsets[row], offsets[row + 1]), at);
    at += offsets[row + 1]! - offsets[row]!;
    ends[row - from] = at++;
  }
  return utf8Vector({ bytes: spaced.subarray(0, at - 1), ends, nulls: null });
}

function* batchesOf(columns: readonly Column[], rows: number): Generator<ColumnBatch> {
  for (let from = 0; from < rows; from += ROWS) {
    const to = Math.min(from + ROWS, rows);
    yield { rowCount: to - from, columns: columns.map((column) => vectorOf(column, from, to)) };
  }
}

/** The Arrow executor with the data in its store, and the catalog for its statements. */
export async function loadKernels(
  data: KernelData,
  threads: number,
): Promise<{ readonly backend: OlapBackend; readonly catalog: MirrorCatalog }> {
  const backend = await openArrow({ path: null, threads });
  const big = { id: Int32Array.from({ length: data.rows }, (_, row) => row), ...data.big };
  const tables = [["big", big, data.rows], ["few", { ...data.few }, data.few.id.length]] as const;
  const transaction = await backend.begin();
  for (const [name, columns, rows] of tables) {
    await transaction.createTable(tableOf(name, columns));
    for (const batch of batchesOf(Object.values(columns), rows)) await transaction.append(name, batch);
  }
  await transaction.commit({
    formatVersion: MIRROR_FORMAT_VERSION,
    databaseId: "bench",
    watermark: watermark(1),
    token: "1",
    previousToken: "0",
    schemaVersion: 1,
  });
  const mirrored = new Map(tables.map(([name, columns]) => [name as string, tableOf(name, columns)]));
  const catalog: MirrorCatalog = {
    version: 1,
    table: (name) => mirrored.get(foldName(name)),
    history: () => undefined,
    historyBeginning: () => undefined,
    view: () => undefined,
    absence: () => undefined,
  };
  return { backend, catalog };
}
