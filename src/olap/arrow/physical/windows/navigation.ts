import { RuntimeDecline } from "../../../olap_backend.ts";
import type { StoredColumn } from "../relation.ts";
import { storedValue } from "../relation.ts";
import type { CallPlace } from "./call_place.ts";
import { FramePieces } from "./frames.ts";

/** The row some rows before or after each, -1 where the partition has none. `distances` gives the number of rows, 1 if it is `null`. */
export function neighbours(name: "lag" | "lead", distances: StoredColumn | null, place: CallPlace): Int32Array {
  const { order: { rows, partitions }, memory, capacity } = place;
  const sources = memory.ints(capacity).fill(-1);
  const sign = name === "lag" ? -1 : 1;
  const distance = distances === null ? () => 1 : (row: number) => wholeNumber(distances, row, 0, name);
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, end] = [partitions[p]!, partitions[p + 1]!];
    place.checkCancelled();
    for (let at = first; at < end; at++) {
      const from = at + sign * distance(rows[at]!);
      if (from >= first && from < end) sources[rows[at]!] = rows[from]!;
    }
  }
  return sources;
}

/** The first, last or n-th row of each row's frame, -1 where it has none. */
export function frameRows(
  name: "first_value" | "last_value" | "nth_value",
  places: StoredColumn | null,
  place: CallPlace,
): Int32Array {
  const { order: { rows }, frames, memory, capacity } = place;
  const sources = memory.ints(capacity).fill(-1);
  const pieces = new FramePieces(frames);
  for (let at = 0; at < rows.length; at++) {
    if (at % 65536 === 0) place.checkCancelled();
    const row = rows[at]!;
    pieces.find(at);
    const found = name === "first_value"
      ? nth(pieces, 1)
      : name === "last_value"
      ? (pieces.count === 0 ? -1 : pieces.end[pieces.count - 1]! - 1)
      : nth(pieces, wholeNumber(places!, row, 1, name));
    if (found >= 0) sources[row] = rows[found]!;
  }
  return sources;
}

/** The n-th position of a frame, from 1; -1 if it has fewer. */
function nth({ begin, end, count }: FramePieces, n: number): number {
  let left = n - 1;
  for (let piece = 0; piece < count; piece++) {
    const length = end[piece]! - begin[piece]!;
    if (left < length) return begin[piece]! + left;
    left -= length;
  }
  return -1;
}

/** What SQLite refuses or reads in ways of its own is left to it. */
function wholeNumber(column: StoredColumn, row: number, least: number, name: string): number {
  if (column.rep === "int" && column.nulls?.[row] !== 1) {
    const value = column.data![row] as number;
    if (value >= least) return value;
  } else {
    const value = storedValue(column, row);
    if (typeof value === "bigint" && value >= BigInt(least)) return Number(value);
  }
  throw new RuntimeDecline(`${name}() by what is no whole number from ${least}`);
}
