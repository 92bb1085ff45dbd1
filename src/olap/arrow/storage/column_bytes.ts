import type { ColumnData, ColumnView } from "./table_snapshot.ts";

/** Bytes the buffers of a column take, room to grow included. */
export function columnBytes({ data, validity }: ColumnView): number {
  return dataBytes(data) + (validity?.buffer.byteLength ?? 0);
}

function dataBytes(data: ColumnData): number {
  switch (data.kind) {
    case "int8":
    case "int16":
    case "int32":
    case "float64":
    case "int64":
      return data.values.buffer.byteLength;
    case "dictionary": {
      const { offsets, bytes } = data.dictionary;
      return data.codes.buffer.byteLength + offsets.buffer.byteLength + bytes.buffer.byteLength;
    }
    case "utf8":
    case "binary":
      return data.offsets.buffer.byteLength + data.bytes.buffer.byteLength;
  }
}
