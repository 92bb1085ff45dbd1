import type { ColumnClass, ExactValue } from "../../types/mod.ts";
import { storageClassOf } from "../../types/mod.ts";

/** Bits of {@linkcode ValueType.classes}. */
export const INTEGER = 1;
export const REAL = 2;
export const TEXT = 4;
export const BLOB = 8;

/** Every class that takes part in arithmetic. */
export const NUMERIC = INTEGER | REAL;
export const ANY = INTEGER | REAL | TEXT | BLOB;

/**
 * What values an expression may have. Integer overflow, where SQLite turns to REAL, is not counted in: whoever executes
 * integer arithmetic has to notice it.
 */
export interface ValueType {
  /** Bits of the storage classes a value may have, NULL aside; 0 when it is always NULL. */
  readonly classes: number;
  readonly nullable: boolean;
  /**
   * The values obey the invariant of the column class `number`: INTEGER exactly if integral and within ±2^63, and every
   * INTEGER within ±2^53. So a double tells everything about such a value, its class included.
   */
  readonly canonical: boolean;
  /** The result of a test: 0, 1 or NULL. */
  readonly truth: boolean;
}

export const NULL_TYPE: ValueType = { classes: 0, nullable: true, canonical: true, truth: false };

/** The type of a test's result. */
export function truthType(nullable: boolean): ValueType {
  return { classes: INTEGER, nullable, canonical: true, truth: true };
}

/** A type of the given classes, without further guarantees. */
export function typeOf(classes: number, nullable: boolean): ValueType {
  return { classes, nullable, canonical: false, truth: false };
}

const CLASS_BITS: Record<ColumnClass, number> = {
  integer: INTEGER,
  real: REAL,
  number: NUMERIC,
  text: TEXT,
  blob: BLOB,
};

/** The type of a mirror column. */
export function columnType(columnClass: ColumnClass, nullable: boolean): ValueType {
  return { classes: CLASS_BITS[columnClass], nullable, canonical: columnClass === "number", truth: false };
}

const EXACT_INTEGER = 1n << 53n;

/** The type of one value. */
export function literalType(value: ExactValue): ValueType {
  const storage = storageClassOf(value);
  if (storage === "null") return NULL_TYPE;
  const canonical = typeof value === "bigint" && value >= -EXACT_INTEGER && value <= EXACT_INTEGER;
  return { classes: CLASS_BITS[storage], nullable: false, canonical, truth: false };
}

/** The type of an expression that yields one of several others, as CASE, coalesce and compounds do. */
export function mergeTypes(types: readonly ValueType[]): ValueType {
  const nonNull = types.filter((type) => type.classes !== 0);
  return {
    classes: nonNull.reduce((classes, type) => classes | type.classes, 0),
    nullable: types.some((type) => type.nullable),
    canonical: nonNull.every((type) => type.canonical),
    truth: nonNull.length > 0 && nonNull.every((type) => type.truth),
  };
}

/** The same type with the nullability replaced. */
export function withNullable(type: ValueType, nullable: boolean): ValueType {
  return type.nullable === nullable ? type : { ...type, nullable };
}

/** The type of an arithmetic result over two operands: text and blobs count as the numbers SQLite reads them as. */
export function arithmeticType(left: ValueType, right: ValueType, mayBeNull: boolean): ValueType {
  if (left.classes === 0 || right.classes === 0) return NULL_TYPE;
  const a = numericClasses(left.classes);
  const b = numericClasses(right.classes);
  const integer = (a & INTEGER) !== 0 && (b & INTEGER) !== 0;
  const real = (a & REAL) !== 0 || (b & REAL) !== 0;
  const classes = (integer ? INTEGER : 0) | (real ? REAL : 0);
  // Arithmetic on REAL may give NaN, which SQLite reads as NULL.
  return typeOf(classes, mayBeNull || real || left.nullable || right.nullable);
}

/** The numeric classes a value of the given classes may have once SQLite took it for a number. */
export function numericClasses(classes: number): number {
  return (classes & (TEXT | BLOB)) === 0 ? classes : NUMERIC;
}
