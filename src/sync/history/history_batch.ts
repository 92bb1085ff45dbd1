import {
  type ColumnBatch,
  type ColumnVector,
  decodeExact,
  encodeExact,
  type ExactValue,
  fitsClass,
  UndecodableText,
} from "../../types/mod.ts";
import type { HistoryClass, HistoryColumn } from "./history_layout.ts";
import type { HistoryRow, HistoryValue } from "./history_value.ts";
import type { ClosedVersion, Version } from "./version_builder.ts";

/** Values that do not fit their columns' classes. */
export class HistoryMisfit extends Error {
  /** A value that does not fit, by the column's position. */
  readonly values: ReadonlyMap<number, HistoryValue>;

  constructor(values: ReadonlyMap<number, HistoryValue>) {
    super("Values do not fit the columns of their table's history");
    this.values = values;
  }
}

/** Whether a column can hold a value. */
export function fitsColumn(value: HistoryValue, columnClass: HistoryClass): boolean {
  if (columnClass === "encoded" || value === null) return true;
  if (value instanceof UndecodableText) return false;
  return fitsClass(value, columnClass) && !(typeof value === "string" && value.includes("\0"));
}

/** Something to take a column's values from. */
type ValueOf<T> = (item: T, position: number) => HistoryValue;

/**
 * Columns of a table's own values.
 *
 * @param positions Which of the columns, in order.
 * @throws {HistoryMisfit} When some value does not fit; one is told for each column that has any.
 */
function ownVectors<T>(
  columns: readonly HistoryColumn[],
  positions: readonly number[],
  items: readonly T[],
  valueOf: ValueOf<T>,
): ColumnVector[] {
  const misfits = new Map<number, HistoryValue>();
  const vectors = positions.map((position) => {
    const vector = vectorOf(columns[position]!.class, position, items, valueOf);
    if ("misfit" in vector) misfits.set(position, vector.misfit);
    return vector;
  });
  if (misfits.size > 0) throw new HistoryMisfit(misfits);
  return vectors as ColumnVector[];
}

/** A column of values, or one that does not fit it. */
function vectorOf<T>(
  columnClass: HistoryClass,
  position: number,
  items: readonly T[],
  valueOf: ValueOf<T>,
): ColumnVector | { readonly misfit: HistoryValue } {
  switch (columnClass) {
    case "integer": {
      const data = new BigInt64Array(items.length);
      let nulls: Uint8Array | null = null;
      for (let row = 0; row < items.length; row++) {
        const value = valueOf(items[row]!, position);
        if (typeof value === "bigint") data[row] = value;
        else if (value === null) (nulls ??= new Uint8Array(items.length))[row] = 1;
        else return { misfit: value };
      }
      return { class: columnClass, data, nulls };
    }
    case "real":
    case "number": {
      const data = new Float64Array(items.length);
      let nulls: Uint8Array | null = null;
      for (let row = 0; row < items.length; row++) {
        const value = valueOf(items[row]!, position);
        if (value === null) (nulls ??= new Uint8Array(items.length))[row] = 1;
        else if (fitsColumn(value, columnClass)) data[row] = Number(value);
        else return { misfit: value };
      }
      return { class: columnClass, data, nulls };
    }
    case "text":
    case "blob": {
      const data = new Array<ExactValue>(items.length);
      for (let row = 0; row < items.length; row++) {
        const value = valueOf(items[row]!, position);
        if (!fitsColumn(value, columnClass)) return { misfit: value };
        data[row] = value as ExactValue;
      }
      return { class: columnClass, data } as ColumnVector;
    }
    case "encoded":
      return { class: "blob", data: items.map((item) => encodeExact(valueOf(item, position))) };
  }
}

/** Living versions as rows of the open part. */
export function openBatch(
  columns: readonly HistoryColumn[],
  versions: readonly Version[],
): ColumnBatch {
  const present = columns.flatMap((column, at) => column.present ? at : []);
  return {
    rowCount: versions.length,
    columns: [
      ...ownVectors(columns, present, versions, rowValue),
      timeVector(versions, (version) => version.from),
      { class: "text", data: versions.map((version) => version.operation) },
    ],
  };
}

/** Ended versions as rows of the closed part, numbered from `first`. */
export function closedBatch(
  columns: readonly HistoryColumn[],
  versions: readonly ClosedVersion[],
  first: bigint,
): ColumnBatch {
  const numbers = new BigInt64Array(versions.length);
  for (let row = 0; row < numbers.length; row++) numbers[row] = first + BigInt(row);
  return {
    rowCount: versions.length,
    columns: [
      { class: "integer", data: numbers, nulls: null },
      ...ownVectors(columns, [...columns.keys()], versions, rowValue),
      timeVector(versions, (version) => version.from),
      timeVector(versions, (version) => version.to),
      { class: "text", data: versions.map((version) => version.operation) },
    ],
  };
}

function rowValue({ row }: { readonly row: HistoryRow }, position: number): HistoryValue {
  return row[position]!;
}

function timeVector<T>(items: readonly T[], timeOf: (item: T) => number): ColumnVector {
  const data = new BigInt64Array(items.length);
  for (let row = 0; row < items.length; row++) data[row] = BigInt(timeOf(items[row]!));
  return { class: "integer", data, nulls: null };
}

/**
 * Keys of the open part. SQLite takes 1 and 1.0 for the same key, and 0.0 and -0.0: one is looked for in every form in which the part may hold it, and one
 * that it cannot hold is left out.
 */
export function keyBatch(classes: readonly HistoryClass[], keys: readonly HistoryRow[]): ColumnBatch {
  return storedKeyBatch(classes, keys.flatMap((key) => keyForms(classes, key)));
}

/** Keys in the form in which the open part holds them. */
export function storedKeyBatch(classes: readonly HistoryClass[], forms: readonly HistoryRow[]): ColumnBatch {
  const columns = classes.map((columnClass, at): ColumnVector => {
    const vector = vectorOf(columnClass, at, forms, (key, position) => key[position]!);
    if ("misfit" in vector) throw new TypeError("A key does not fit the columns it is stored in");
    return vector;
  });
  return { rowCount: forms.length, columns };
}

function keyForms(classes: readonly HistoryClass[], key: HistoryRow): readonly HistoryRow[] {
  const [only] = key;
  if (key.length === 1 && typeof only === "bigint" && classes[0] === "integer") return [key];
  let forms: HistoryRow[] = [[]];
  for (const [at, value] of key.entries()) {
    const parts = partForms(classes[at]!, value);
    forms = forms.flatMap((form) => parts.map((part) => [...form, part]));
  }
  return forms;
}

const INT64_EDGE = 2 ** 63;

function partForms(columnClass: HistoryClass, value: HistoryValue): readonly HistoryValue[] {
  if (value === 0n || value === 0) return [0n, 0, -0].filter((each) => fitsColumn(each, columnClass));
  const values = [value];
  if (typeof value === "bigint" && BigInt(Number(value)) === value) values.push(Number(value));
  if (typeof value === "number" && Number.isInteger(value) && value >= -INT64_EDGE && value < INT64_EDGE) {
    values.push(BigInt(value));
  }
  return values.filter((each) => fitsColumn(each, columnClass));
}

/** Reads rows of a mirror table as history means them. */
export function rowDecoder(
  classes: readonly HistoryClass[],
): (row: readonly ExactValue[], first: number) => HistoryRow {
  const encoded = classes.flatMap((each, at) => each === "encoded" ? at : []);
  const width = classes.length;
  return (row, first) => {
    const values: HistoryValue[] = row.slice(first, first + width);
    for (const at of encoded) values[at] = decodeExact(values[at] as Uint8Array | null);
    return values;
  };
}
