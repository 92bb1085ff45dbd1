import { type ColumnClass, type ColumnVector, type ExactValue, numberToExact } from "../../../types/mod.ts";
import { hasBit } from "./bitmap.ts";
import { decodeTexts } from "./decode_texts.ts";
import type { ColumnView } from "./table_snapshot.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The values at positions `from` to `to` (excluded) as a vector. */
export function readVector(column: ColumnView, columnClass: ColumnClass, from: number, to: number): ColumnVector {
  const nulls = readNulls(column, from, to);
  switch (columnClass) {
    case "integer":
      return { class: columnClass, data: readIntegers(column, from, to), nulls };
    case "real":
    case "number":
      return { class: columnClass, data: (numbersOf(column) as Float64Array).slice(from, to), nulls };
    case "text":
      return { class: columnClass, data: readTexts(column, from, to, nulls) };
    case "blob": {
      const { offsets, bytes } = stringsOf(column);
      const blobs = Array.from({ length: to - from }, (_, row) => {
        return nulls?.[row] ? null : bytes.slice(offsets[from + row]!, offsets[from + row + 1]!);
      });
      return { class: columnClass, data: blobs };
    }
  }
}

/** The values at the given positions. */
export function readValues(column: ColumnView, columnClass: ColumnClass, positions: Int32Array): ExactValue[] {
  const read = valueReader(column, columnClass);
  const { validity } = column;
  const values = new Array<ExactValue>(positions.length);
  for (let row = 0; row < positions.length; row++) {
    const position = positions[row]!;
    values[row] = validity !== null && !hasBit(validity, position) ? null : read(position);
  }
  return values;
}

/** Reads values that are not NULL. */
function valueReader(column: ColumnView, columnClass: ColumnClass): (position: number) => ExactValue {
  const { data } = column;
  switch (columnClass) {
    case "integer": {
      if (data.kind === "int64") return (position) => data.values[position]!;
      const values = numbersOf(column);
      return (position) => BigInt(values[position]!);
    }
    case "real": {
      const values = numbersOf(column);
      return (position) => values[position]!;
    }
    case "number": {
      const values = numbersOf(column);
      return (position) => numberToExact(values[position]!);
    }
    case "text": {
      if (data.kind === "dictionary") {
        const { offsets, bytes } = data.dictionary;
        const texts: string[] = [];
        return (position) => {
          const code = data.codes[position]!;
          return texts[code] ??= decoder.decode(bytes.subarray(offsets[code]!, offsets[code + 1]!));
        };
      }
      const { offsets, bytes } = stringsOf(column);
      return (position) => decoder.decode(bytes.subarray(offsets[position]!, offsets[position + 1]!));
    }
    case "blob": {
      const { offsets, bytes } = stringsOf(column);
      return (position) => new Uint8Array(bytes.subarray(offsets[position]!, offsets[position + 1]!));
    }
  }
}

function readNulls({ validity }: ColumnView, from: number, to: number): Uint8Array | null {
  if (validity === null) return null;
  const nulls = new Uint8Array(to - from);
  for (let row = 0; row < nulls.length; row++) nulls[row] = hasBit(validity, from + row) ? 0 : 1;
  return nulls;
}

function readIntegers(column: ColumnView, from: number, to: number): BigInt64Array<ArrayBuffer> {
  if (column.data.kind === "int64") return column.data.values.slice(from, to) as BigInt64Array<ArrayBuffer>;
  const values = numbersOf(column);
  const integers = new BigInt64Array(to - from);
  // Written as words: making a BigInt of each costs ten times as much.
  const words = new Int32Array(integers.buffer);
  for (let row = 0; row < integers.length; row++) {
    const value = values[from + row]!;
    words[2 * row] = value;
    words[2 * row + 1] = Math.floor(value / 2 ** 32);
  }
  return integers;
}

function readTexts(column: ColumnView, from: number, to: number, nulls: Uint8Array | null): (string | null)[] {
  const { data } = column;
  if (data.kind === "dictionary") {
    const positions = Int32Array.from({ length: to - from }, (_, row) => from + row);
    return readValues(column, "text", positions) as (string | null)[];
  }
  const { offsets, bytes } = stringsOf(column);
  const texts: (string | null)[] = decodeTexts(offsets, bytes, from, to);
  if (nulls !== null) {
    for (let row = 0; row < nulls.length; row++) if (nulls[row] !== 0) texts[row] = null;
  }
  return texts;
}

function numbersOf({ data }: ColumnView): Int8Array | Int16Array | Int32Array | Float64Array {
  if (!("values" in data) || data.kind === "int64") {
    throw new TypeError(`A column of form ${data.kind} holds no doubles`);
  }
  return data.values;
}

function stringsOf({ data }: ColumnView): { readonly offsets: Int32Array; readonly bytes: Uint8Array } {
  if (!("bytes" in data)) throw new TypeError(`A column of form ${data.kind} holds no strings`);
  return data;
}
