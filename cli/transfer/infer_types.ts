import type { ExactValue } from "../../src/types/mod.ts";
import type { RowSource, SourceBatch } from "./row_source.ts";

/** Texts that stand for an INTEGER or REAL without loss of a character that matters: no leading zeros, no plus, no spaces. */
const INTEGER_TEXT = /^(?:0|-?[1-9]\d{0,18})$/;
const REAL_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const INFINITY_TEXT = /^-?Inf$/;
/** What the text formats write for a blob. */
const BLOB_TEXT = /^[xX]'(?:[0-9a-fA-F]{2})*'$/;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** The number a text stands for, exactly: INTEGER as `bigint`, REAL as `number`; `undefined` when it is none. */
export function numberOfText(text: string): bigint | number | undefined {
  if (INTEGER_TEXT.test(text)) {
    const value = BigInt(text);
    return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
  }
  if (REAL_TEXT.test(text) && /[.eE]/.test(text)) return Number(text);
  return INFINITY_TEXT.test(text) ? (text === "Inf" ? Infinity : -Infinity) : undefined;
}

/** The bytes of a blob literal, `undefined` when the text is none. */
export function blobOfText(text: string): Uint8Array | undefined {
  if (!BLOB_TEXT.test(text)) return undefined;
  const bytes = new Uint8Array((text.length - 3) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

/** What the values of a column are, so far. */
interface Seen {
  integers: boolean;
  /** An INTEGER that a double cannot hold. */
  longIntegers: boolean;
  reals: boolean;
  texts: boolean;
  blobs: boolean;
}

const SAFE = 2n ** 53n;

function see(seen: Seen, value: ExactValue, isText: boolean): void {
  switch (typeof value) {
    case "bigint":
      seen.integers = true;
      if (value > SAFE || value < -SAFE) seen.longIntegers = true;
      return;
    case "number":
      seen.reals = true;
      return;
    case "string": {
      const number = isText ? numberOfText(value) : undefined;
      if (number !== undefined) see(seen, number, isText);
      else if (BLOB_TEXT.test(value)) seen.blobs = true;
      else seen.texts = true;
      return;
    }
    default:
      if (value !== null) seen.blobs = true;
  }
}

/** The declared type for a new column; the empty text (no type) where values of several classes must stay as they are. */
function typeOf(seen: Seen, isText: boolean): string {
  const classes = [seen.integers || seen.reals, seen.texts, seen.blobs].filter(Boolean).length;
  if (classes > 1) return isText ? "TEXT" : "";
  if (seen.blobs) return "BLOB";
  if (seen.integers && seen.reals) return seen.longIntegers ? "NUMERIC" : "REAL";
  if (seen.integers) return "INTEGER";
  return seen.reals ? "REAL" : "TEXT";
}

/**
 * The declared types for a new table, from every row of the source: INTEGER, REAL, BLOB or TEXT; NUMERIC for fractions beside integers
 * that a REAL would round. A column without values is TEXT.
 */
export async function inferTypes(source: RowSource, onBatch: (batch: SourceBatch) => void): Promise<string[]> {
  const isText = source.values === "text";
  const seen = source.columns.map((): Seen => ({
    integers: false,
    longIntegers: false,
    reals: false,
    texts: false,
    blobs: false,
  }));
  for await (const batch of source.batches()) {
    for (const row of batch.rows) {
      for (let i = 0; i < seen.length; i++) {
        // Nothing a later field holds can change the type of a text column.
        if (!(isText && seen[i]!.texts)) see(seen[i]!, row[i]!, isText);
      }
    }
    onBatch(batch);
  }
  return source.columns.map((column, index) => column.declaredType ?? typeOf(seen[index]!, isText));
}
