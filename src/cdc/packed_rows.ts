import { RheiError } from "../errors/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import type { ExactValue } from "../types/mod.ts";

/**
 * Values of any type, read in bulk. One by one they cost 0.3 µs each, most of it at the border to the driver. So SQLite concatenates a
 * column of many rows into one blob, and the parts are told apart here.
 *
 * A part is digits for an integer, nothing for NULL, `t` and the text, `r` and 17 significant digits, which read back as the same
 * double, `y` and `z` for the two zeros, which digits do not tell apart, or `b` and hexadecimal digits. Between parts stands U+001F: a
 * text that holds one makes too many parts, and the rows must be read otherwise.
 */
const SEPARATOR = "\x1f";
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Values a statement can read: SQLite allows 2000 result columns. */
const COLUMNS_MAX = 1500;

const LETTER = { b: 98, r: 114, t: 116, y: 121, z: 122 } as const;

/** The columns of some rows, each value still as text; {@linkcode unpacked} makes a value of it. */
export interface PackedRows {
  readonly rowCount: number;
  readonly columns: readonly (readonly string[])[];
}

/** A statement that reads these expressions of a SELECT's rows; `null` where they are too many. */
export function packedSelect(names: readonly string[], from: string): string | null {
  if (names.length > COLUMNS_MAX) return null;
  const parts = names.map((name) =>
    `CAST(group_concat(CASE typeof(${name}) WHEN 'integer' THEN ${name} WHEN 'text' THEN 't' || ${name} WHEN 'null' THEN '' ` +
    `WHEN 'blob' THEN 'b' || hex(${name}) ELSE CASE WHEN ${name} = 0.0 THEN iif(atan2(${name}, -1.0) < 0, 'z', 'y') ` +
    `ELSE 'r' || printf('%!.17g', ${name}) END END, char(31)) AS BLOB)`
  );
  return `SELECT count(*), ${parts.join(", ")} FROM ${from}`;
}

/** The rows of such a statement in a database of UTF-8; `null` where they cannot be told for certain. */
export async function readPacked(
  snapshot: OltpSnapshot,
  sql: string,
  params: readonly bigint[],
): Promise<PackedRows | null> {
  let row: readonly ExactValue[];
  try {
    row = (await snapshot.query(sql, params)).rows[0] ?? [];
  } catch (error) {
    // Too much for one value, or a server without atan2(); what else may be wrong shows when the rows are read one by one.
    if (error instanceof RheiError && error.code !== "CLOSED") return null;
    throw error;
  }
  const rowCount = Number(row[0]);
  if (rowCount === 0) return { rowCount, columns: [] };
  const columns: string[][] = [];
  for (let at = 1; at < row.length; at++) {
    const parts = partsOf(row[at] as Uint8Array<ArrayBuffer>);
    if (parts?.length !== rowCount) return null;
    columns.push(parts);
  }
  return { rowCount, columns };
}

function partsOf(bytes: Uint8Array<ArrayBuffer>): string[] | null {
  try {
    return UTF8.decode(bytes).split(SEPARATOR);
  } catch {
    // Some text is none.
    return null;
  }
}

/** The value of a part. */
export function unpacked(part: string): ExactValue {
  if (part === "") return null;
  switch (part.charCodeAt(0)) {
    case LETTER.t:
      return part.slice(1);
    case LETTER.r:
      return realOf(part.slice(1));
    case LETTER.b:
      return blobOf(part);
    case LETTER.y:
      return 0;
    case LETTER.z:
      return -0;
    default:
      return BigInt(part);
  }
}

function realOf(digits: string): number {
  if (digits === "Inf") return Infinity;
  return digits === "-Inf" ? -Infinity : Number(digits);
}

function blobOf(part: string): Uint8Array {
  const bytes = new Uint8Array((part.length - 1) / 2);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = hexDigit(part.charCodeAt(at * 2 + 1)) * 16 + hexDigit(part.charCodeAt(at * 2 + 2));
  }
  return bytes;
}

/** SQLite writes upper case. */
function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 55;
}
