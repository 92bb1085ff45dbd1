import type { Decimal, Field, Vector } from "apache-arrow";
import type { ExactValue } from "../../src/types/mod.ts";
import { badFile } from "./file_failure.ts";

type Arrow = typeof import("apache-arrow");

/** A column of an Arrow table, read as SQLite stores it. */
export interface ArrowColumn {
  readonly name: string;
  readonly declaredType: string;
  readonly valueAt: (row: number) => ExactValue;
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Picks the reader for a column once, by its type.
 *
 * @throws {RheiError} `FILE_FORMAT` for a type without a counterpart (intervals).
 */
export function arrowColumn(arrow: Arrow, path: string, field: Field, vector: Vector): ArrowColumn {
  const { DataType } = arrow;
  const { name, type } = field;
  const column = (declaredType: string, read: (value: unknown) => ExactValue): ArrowColumn => ({
    name,
    declaredType,
    valueAt: (row) => {
      const value = vector.get(row);
      return value === null || value === undefined ? null : read(value);
    },
  });
  if (DataType.isDictionary(type)) {
    const inner = new arrow.Field(name, type.dictionary, true);
    const plain = arrow.vectorFromArray([...vector], type.dictionary);
    return arrowColumn(arrow, path, inner, plain);
  }
  if (DataType.isNull(type)) return column("TEXT", () => null);
  if (DataType.isBool(type)) return column("INTEGER", (value) => value ? 1n : 0n);
  if (DataType.isInt(type)) {
    const fits = type.bitWidth < 64 || type.isSigned ||
      [...vector].every((value) => value === null || value <= INT64_MAX);
    return fits ? column("INTEGER", (value) => BigInt(value as number | bigint)) : column("TEXT", String);
  }
  if (DataType.isFloat(type)) return column("REAL", (value) => Number.isNaN(value) ? null : value as number);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) {
    return column("TEXT", (value) => value as string);
  }
  if (
    DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type)
  ) {
    return column("BLOB", (value) => Uint8Array.from(value as Uint8Array));
  }
  if (DataType.isDate(type)) return column("TEXT", (value) => new Date(value as number).toISOString().slice(0, 10));
  if (DataType.isDecimal(type)) return decimalColumn(column, type);
  if (DataType.isTimestamp(type)) return rawColumn(name, vector, (raw) => timestampText(BigInt(raw), type));
  if (DataType.isTime(type)) return rawColumn(name, vector, (raw) => timeText(BigInt(raw), type));
  if (DataType.isDuration(type)) return { ...rawColumn(name, vector, (raw) => BigInt(raw)), declaredType: "INTEGER" };
  if (DataType.isList(type) || DataType.isFixedSizeList(type) || DataType.isStruct(type) || DataType.isMap(type)) {
    return column("TEXT", nestedJson);
  }
  throw badFile(path, `column "${name}" has Arrow type ${type}, which SQL has no counterpart for`);
}

/** Reads the stored integers themselves: the library's own getters turn times into milliseconds and lose the rest. */
function rawColumn(name: string, vector: Vector, read: (raw: number | bigint) => ExactValue): ArrowColumn {
  const starts: number[] = [];
  let total = 0;
  for (const data of vector.data) {
    starts.push(total);
    total += data.length;
  }
  return {
    name,
    declaredType: "TEXT",
    valueAt: (row) => {
      const chunk = starts.findLastIndex((start) => start <= row);
      const data = vector.data[chunk]!;
      const index = row - starts[chunk]!;
      return data.getValid(index) ? read(data.values[index]) : null;
    },
  };
}

function decimalColumn(
  column: (declaredType: string, read: (value: unknown) => ExactValue) => ArrowColumn,
  { precision, scale, bitWidth }: Decimal,
): ArrowColumn {
  const unscaled = (words: unknown): bigint => {
    let value = 0n;
    const parts = words as Uint32Array;
    for (let i = parts.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(parts[i]!);
    return BigInt.asIntN(bitWidth, value);
  };
  if (scale === 0 && precision <= 18) return column("INTEGER", unscaled);
  return column(`DECIMAL(${precision},${scale})`, (words) => decimalText(unscaled(words), scale));
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Units per second of Arrow's TimeUnit: second, millisecond, microsecond, nanosecond. */
const UNITS_PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n] as const;

function timestampText(raw: bigint, type: { unit: number; timezone?: string | null | undefined }): string {
  const units = UNITS_PER_SECOND[type.unit]!;
  const fraction = ((raw % units) + units) % units;
  const seconds = (raw - fraction) / units;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return text + fractionText(fraction, units) + (type.timezone ? "+00:00" : "");
}

function timeText(raw: bigint, type: { unit: number }): string {
  const units = UNITS_PER_SECOND[type.unit]!;
  const text = new Date(Number(raw / units) * 1000).toISOString().slice(11, 19);
  return text + fractionText(raw % units, units);
}

function fractionText(fraction: bigint, units: bigint): string {
  if (fraction === 0n) return "";
  return `.${fraction.toString().padStart(units.toString().length - 1, "0").replace(/0+$/, "")}`;
}

/** JSON text of a list, struct or map with integers in full; binary inside is not expected of readable data and shown as a list. */
function nestedJson(value: unknown): string {
  const text = (each: unknown): string => {
    if (typeof each === "bigint") return each >= INT64_MIN && each <= INT64_MAX ? each.toString() : `"${each}"`;
    if (each === null || typeof each !== "object") return JSON.stringify(each) ?? "null";
    const plain = "toJSON" in each && typeof each.toJSON === "function" ? each.toJSON() : each;
    if (Array.isArray(plain) || ArrayBuffer.isView(plain)) {
      return `[${[...plain as Iterable<unknown>].map(text).join(",")}]`;
    }
    return `{${Object.entries(plain).map(([key, inner]) => `${JSON.stringify(key)}:${text(inner)}`).join(",")}}`;
  };
  return text(value);
}
