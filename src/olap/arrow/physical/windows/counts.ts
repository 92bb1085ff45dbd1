import type { StoredColumn } from "../relation.ts";
import { type CallPlace, countedPositions, intColumn, STRETCH } from "./call_place.ts";
import { FramePieces } from "./frames.ts";

/** How many counted positions each row's frame has, by position. `counted` says which count, `null` that all do. */
export function frameCounts(counted: Uint8Array | null, place: CallPlace): Int32Array {
  const { order: { rows }, frames, scratch } = place;
  const counts = scratch.ints(rows.length);
  const before = counted === null ? null : countedBefore(counted, place);
  const pieces = new FramePieces(frames);
  const { start, end, excluded } = frames;
  for (let at = 0; at < rows.length; at++) {
    if (at % STRETCH === 0) place.checkCancelled();
    if (excluded === null) {
      counts[at] = before === null ? end[at]! - start[at]! : before[end[at]!]! - before[start[at]!]!;
      continue;
    }
    pieces.find(at);
    for (let piece = 0; piece < pieces.count; piece++) {
      const [from, to] = [pieces.begin[piece]!, pieces.end[piece]!];
      counts[at] = counts[at]! + (before === null ? to - from : before[to]! - before[from]!);
    }
  }
  return counts;
}

function countedBefore(counted: Uint8Array, { scratch }: CallPlace): Int32Array {
  const before = scratch.ints(counted.length + 1);
  for (let at = 0; at < counted.length; at++) before[at + 1] = before[at]! + counted[at]!;
  return before;
}

/** count() over each row's frame. */
export function countRows(argument: StoredColumn | null, filter: StoredColumn | null, place: CallPlace): StoredColumn {
  const { order: { rows }, memory, capacity } = place;
  const counts = frameCounts(countedPositions(place, argument, filter), place);
  const result = memory.ints(capacity);
  for (let at = 0; at < rows.length; at++) result[rows[at]!] = counts[at]!;
  return intColumn(result, null, 0, rows.length);
}
