import type * as Arrow from "apache-arrow";
import type { ColumnClass } from "../../../types/mod.ts";
import { bitmapBytes, clearPositions, hasBit, setBit } from "./bitmap.ts";
import { ByteHeap } from "./byte_heap.ts";
import { readVector } from "./read_vectors.ts";
import type { ColumnView, TableSnapshot } from "./table_snapshot.ts";

type ArrowModule = typeof Arrow;

/**
 * The rows of a snapshot as an Arrow table. Where none is deleted it shares the snapshot's buffers, but for integers kept as doubles, and
 * needs no lease: a writer touches these only behind the snapshot's last row, or gives them up for new ones. Where some are deleted, the
 * others are copied at once.
 */
export function snapshotToArrow(arrow: ArrowModule, snapshot: TableSnapshot): Arrow.Table {
  const { table, rowCount, deleted } = snapshot;
  const positions = deleted === null ? null : clearPositions(deleted, snapshot.positionCount);
  const children = snapshot.columns.map((column, at) => {
    const { class: columnClass } = table.columns[at]!;
    const view = positions === null ? column : gathered(column, positions);
    return columnData(arrow, view, columnClass, rowCount);
  });
  const fields = table.columns.map(({ name }, at) => new arrow.Field(name, children[at]!.type, true));
  const schema = new arrow.Schema(fields);
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length: rowCount, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}

/** The first `length` values of a column. */
function columnData(arrow: ArrowModule, view: ColumnView, columnClass: ColumnClass, length: number): Arrow.Data {
  const { data, nullCount } = view;
  const nullBitmap = view.validity === null ? null : view.validity.subarray(0, bitmapBytes(length));
  const base = { length, nullCount, nullBitmap };
  switch (data.kind) {
    case "int8":
      return arrow.makeData({ ...base, type: new arrow.Int8(), data: data.values.subarray(0, length) });
    case "int16":
      return arrow.makeData({ ...base, type: new arrow.Int16(), data: data.values.subarray(0, length) });
    case "int32":
      return arrow.makeData({ ...base, type: new arrow.Int32(), data: data.values.subarray(0, length) });
    case "int64":
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: data.values.subarray(0, length) });
    case "float64": {
      if (columnClass !== "integer") {
        return arrow.makeData({ ...base, type: new arrow.Float64(), data: data.values.subarray(0, length) });
      }
      const integers = readVector(view, "integer", 0, length).data as BigInt64Array;
      return arrow.makeData({ ...base, type: new arrow.Int64(), data: integers });
    }
    case "dictionary": {
      const { count, offsets, bytes } = data.dictionary;
      const texts = { length: count, nullCount: 0, valueOffsets: offsets.subarray(0, count + 1), data: bytes };
      const dictionary = arrow.makeVector(arrow.makeData({ ...texts, type: new arrow.Utf8() }));
      const type = new arrow.Dictionary(dictionary.type, new arrow.Int32());
      return arrow.makeData({ ...base, type, data: data.codes.subarray(0, length), dictionary });
    }
    case "utf8":
    case "binary": {
      const strings = { ...base, valueOffsets: data.offsets.subarray(0, length + 1), data: data.bytes };
      return data.kind === "utf8"
        ? arrow.makeData({ ...strings, type: new arrow.Utf8() })
        : arrow.makeData({ ...strings, type: new arrow.Binary() });
    }
  }
}

/** A column of the values at some positions, behind one another. */
function gathered(column: ColumnView, positions: Int32Array): ColumnView {
  const { data } = column;
  const base = { ...column, ...gatheredValidity(column.validity, positions) };
  switch (data.kind) {
    case "dictionary":
      return { ...base, data: { ...data, codes: gatheredNumbers(data.codes, positions) } };
    case "utf8":
    case "binary": {
      const heap = new ByteHeap();
      heap.appendFrom(data, positions);
      return { ...base, data: { kind: data.kind, offsets: heap.offsets, bytes: heap.bytes } };
    }
    default:
      return { ...base, data: { ...data, values: gatheredNumbers(data.values, positions) } as typeof data };
  }
}

function gatheredValidity(
  validity: Uint8Array | null,
  positions: Int32Array,
): Pick<ColumnView, "validity" | "nullCount"> {
  if (validity === null) return { validity: null, nullCount: 0 };
  const bits = new Uint8Array(bitmapBytes(positions.length));
  let nullCount = 0;
  for (let row = 0; row < positions.length; row++) {
    if (hasBit(validity, positions[row]!)) setBit(bits, row);
    else nullCount++;
  }
  return nullCount === 0 ? { validity: null, nullCount } : { validity: bits, nullCount };
}

type Numbers = Int8Array | Int16Array | Int32Array | Float64Array | BigInt64Array;

function gatheredNumbers<T extends Numbers>(values: T, positions: Int32Array): T {
  const target = new (values.constructor as new (length: number) => T)(positions.length);
  for (let row = 0; row < positions.length; row++) target[row] = values[positions[row]!]!;
  return target;
}
