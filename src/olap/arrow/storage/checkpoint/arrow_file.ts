import type * as Arrow from "apache-arrow";
import { bitmapBytes, hasBit } from "../bitmap.ts";
import type { ColumnView } from "../table_snapshot.ts";
import { type CheckedFile, DamagedFile, readChecked, writeChecked } from "./checked_file.ts";
import type { FileSystem } from "./file_system.ts";

type ArrowModule = typeof Arrow;

/** A column to write. */
export interface FileColumn {
  readonly name: string;
  readonly data: Arrow.Data;
}

/** Loaded with the first checkpoint: that takes 40 ms, and a mirror in memory never needs it. */
export function loadArrow(): Promise<ArrowModule> {
  return import("apache-arrow");
}

/** Writes columns of equal length as an Arrow file (IPC) of one record batch, straight from their buffers. */
export async function writeArrowFile(
  arrow: ArrowModule,
  disk: FileSystem,
  path: string,
  columns: readonly FileColumn[],
  length: number,
): Promise<Omit<CheckedFile, "name">> {
  const schema = new arrow.Schema(columns.map(({ name, data }) => new arrow.Field(name, data.type, true)));
  const children = columns.map(({ data }) => data);
  const struct = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children });
  const writer = new arrow.RecordBatchFileWriter();
  writer.write(new arrow.RecordBatch(schema, struct));
  writer.finish();
  return await writeChecked(disk, path, writer);
}

/** The columns of a file that {@linkcode writeArrowFile} wrote. @throws {DamagedFile} Unless it is as it was written. */
export async function readArrowFile(
  arrow: ArrowModule,
  disk: FileSystem,
  path: string,
  file: CheckedFile,
  length: number,
): Promise<readonly Arrow.Data[]> {
  const [batch, ...more] = arrow.RecordBatchReader.from(await readChecked(disk, path, file));
  if (batch === undefined || more.length > 0 || batch.numRows !== length) {
    throw new DamagedFile(`"${path}" does not hold ${length} rows`);
  }
  return batch.data.children;
}

/** The values at positions `from` to `to` (excluded) of a column; `from` is a multiple of 8. Dictionary-coded text comes as codes. */
export function dataOf(arrow: ArrowModule, view: ColumnView, from: number, to: number): Arrow.Data {
  const length = to - from;
  const nullCount = countNulls(view.validity, from, to);
  // Copied, because a writer may meanwhile set bits behind `to` in the last byte.
  const nullBitmap = nullCount === 0 ? null : view.validity!.slice(from >> 3, bitmapBytes(to));
  const base = { length, nullCount, nullBitmap };
  const { data } = view;
  switch (data.kind) {
    case "int8":
      return arrow.makeData({ ...base, type: new arrow.Int8(), data: data.values.subarray(from, to) });
    case "int16":
      return arrow.makeData({ ...base, type: new arrow.Int16(), data: data.values.subarray(from, to) });
    case "int32":
      return arrow.makeData({ ...base, type: new arrow.Int32(), data: data.values.subarray(from, to) });
    case "float64":
      return arrow.makeData({ ...base, type: new arrow.Float64(), data: data.values.subarray(from, to) });
    case "int64":
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: data.values.subarray(from, to) });
    case "dictionary":
      return arrow.makeData({ ...base, type: new arrow.Int32(), data: data.codes.subarray(from, to) });
    case "utf8":
      return stringData(arrow, new arrow.Utf8(), base, data, from, to);
    case "binary":
      return stringData(arrow, new arrow.Binary(), base, data, from, to);
  }
}

/** Strings in Arrow's layout, all of them valid. */
export function textData(arrow: ArrowModule, offsets: Int32Array, bytes: Uint8Array, count: number): Arrow.Data {
  return stringData(
    arrow,
    new arrow.Utf8(),
    { length: count, nullCount: 0, nullBitmap: null },
    { offsets, bytes },
    0,
    count,
  );
}

/** A bitmap as a column of truth values. */
export function bitmapData(arrow: ArrowModule, bits: Uint8Array, length: number): Arrow.Data {
  const data = bits.slice(0, bitmapBytes(length));
  return arrow.makeData({ type: new arrow.Bool(), length, nullCount: 0, data });
}

/** 1 for each NULL of a column that was read, `null` when there is none. */
export function nullsOf(data: Arrow.Data): Uint8Array | null {
  if (data.nullCount === 0) return null;
  const nulls = new Uint8Array(data.length);
  for (let row = 0; row < nulls.length; row++) nulls[row] = hasBit(data.nullBitmap, row) ? 0 : 1;
  return nulls;
}

function stringData(
  arrow: ArrowModule,
  type: Arrow.Utf8 | Arrow.Binary,
  base: { readonly length: number; readonly nullCount: number; readonly nullBitmap: Uint8Array | null },
  { offsets, bytes }: { readonly offsets: Int32Array; readonly bytes: Uint8Array },
  from: number,
  to: number,
): Arrow.Data {
  const valueOffsets = offsets.subarray(from, to + 1);
  return arrow.makeData({ ...base, type: type as Arrow.Utf8, valueOffsets, data: bytes });
}

function countNulls(validity: Uint8Array | null, from: number, to: number): number {
  if (validity === null) return 0;
  let count = 0;
  for (let position = from; position < to; position++) if (!hasBit(validity, position)) count++;
  return count;
}
