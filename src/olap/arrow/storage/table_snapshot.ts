import type { MirrorTable } from "../../../types/mod.ts";

/**
 * An immutable view of a mirror table as of one commit. Everything in it is plain data over `SharedArrayBuffer`s, so that posting it to
 * a worker shares it.
 *
 * Rows live at positions `0 … positionCount - 1`; buffers may be longer (room to grow). A writer only ever touches positions beyond
 * every live snapshot's `positionCount`, or replaces buffers.
 */
export interface TableSnapshot {
  readonly table: MirrorTable;
  readonly positionCount: number;
  /** Rows not deleted. */
  readonly rowCount: number;
  /** Bit set (least significant first) where the row was deleted; `null` when none was. */
  readonly deleted: Uint8Array | null;
  /** In the order of `table.columns`. */
  readonly columns: readonly ColumnView[];
}

/** Positions per zone, the unit of min/max statistics and of work handed to a thread. */
export const ZONE_ROWS = 65_536;

/** A column of a snapshot. */
export interface ColumnView {
  /** Arrow validity: bit set where the value is not NULL; `null` when no value is NULL. */
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
  readonly data: ColumnData;
  /** Bounds of all values (never too tight, perhaps too wide); `null` for text and blobs and when there are none. Numbers only. */
  readonly range: ValueRange | null;
  /** Distinct values, estimated. */
  readonly distinctEstimate: number;
}

export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Values in Arrow layout. The slot of a NULL is 0 (or an empty stretch).
 *
 * - `int8` … `int32`, `float64` hold a column of class `integer` in the narrowest form its values allow (`float64` only while all lie
 *   within ±2^53), `int64` when it must; `float64` also holds the classes `real` and `number`.
 * - `dictionary`: text by codes into distinct values.
 * - `utf8`, `binary`: value `i` is `bytes[offsets[i] … offsets[i + 1])`.
 */
export type ColumnData =
  | { readonly kind: "int8"; readonly values: Int8Array; readonly zones: ZoneRanges }
  | { readonly kind: "int16"; readonly values: Int16Array; readonly zones: ZoneRanges }
  | { readonly kind: "int32"; readonly values: Int32Array; readonly zones: ZoneRanges }
  | { readonly kind: "float64"; readonly values: Float64Array; readonly zones: ZoneRanges }
  | { readonly kind: "int64"; readonly values: BigInt64Array }
  | { readonly kind: "dictionary"; readonly codes: Int32Array; readonly dictionary: TextDictionary }
  | { readonly kind: "utf8" | "binary"; readonly offsets: Int32Array; readonly bytes: Uint8Array };

/** Least and greatest value per zone of {@linkcode ZONE_ROWS} positions; `Infinity`/`-Infinity` where a zone has no value. */
export interface ZoneRanges {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Distinct texts of a column: code `c` is `bytes[offsets[c] … offsets[c + 1])`. Only ever grows: a code keeps its text. */
export interface TextDictionary {
  /** Unique in the process, for caches of decoded texts. Another id means other codes. */
  readonly id: number;
  readonly count: number;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}
