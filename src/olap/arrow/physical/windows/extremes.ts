import { RuntimeDecline } from "../../../olap_backend.ts";
import { NO_VALUES, type StoredColumn } from "../relation.ts";
import { type CallPlace, countedPositions, STRETCH } from "./call_place.ts";
import { FramePieces } from "./frames.ts";
import { takeRows } from "./row_values.ts";
import { rankValues } from "./value_ranks.ts";

/** Whether values may be equal but not the same, so that it matters which of them comes first. */
export function mergesValues({ rep }: StoredColumn, collation: string): boolean {
  return rep === "number" || rep === "boxed" || collation !== "BINARY";
}

/** min() and max() over each row's frame. */
export function extremeRows(
  name: "min" | "max",
  argument: StoredColumn,
  collation: string,
  filter: StoredColumn | null,
  place: CallPlace,
): StoredColumn {
  if (argument.rep === "null") return NO_VALUES;
  const { frames } = place;
  const counted = countedPositions(place, argument, filter);
  const values = orderedNumbers(name, argument, collation, counted, place);
  const best = frames.excluded !== null
    ? byTree(values, place)
    : frames.rowsStay
    ? running(values, place)
    : byQueue(values, place);
  return takeRows(argument, best, place.memory);
}

/** By position, numbers of which the greatest is wanted, NaN where the position does not count. */
function orderedNumbers(
  name: "min" | "max",
  argument: StoredColumn,
  collation: string,
  counted: Uint8Array | null,
  place: CallPlace,
): Float64Array {
  const { order: { rows }, capacity, scratch } = place;
  let data = argument.data as Int32Array | Float64Array;
  if (argument.rep !== "int" && argument.rep !== "real") {
    const { ranks, merges } = rankValues(argument, rows, capacity, collation, scratch);
    // Where rows stay, SQLite keeps the first of them; where they leave, any.
    if (merges && (!place.frames.rowsStay || place.frames.excluded !== null)) {
      throw new RuntimeDecline(`${name}() of values that are equal but not the same`);
    }
    data = ranks;
  }
  const values = scratch.doubles(rows.length);
  const sign = name === "max" ? 1 : -1;
  for (let at = 0; at < rows.length; at++) {
    values[at] = counted === null || counted[at] === 1 ? data[rows[at]!]! * sign : NaN;
  }
  return values;
}

/** Frames that only grow. */
function running(values: Float64Array, place: CallPlace): Int32Array {
  const { order: { rows, partitions }, frames: { end }, scratch, capacity } = place;
  const sources = scratch.ints(capacity).fill(-1);
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, last] = [partitions[p]!, partitions[p + 1]!];
    let next = first;
    let best = -1;
    place.checkCancelled();
    for (let at = first; at < last; at++) {
      for (; next < end[at]!; next++) {
        const value = values[next]!;
        if (value === value && (best < 0 || value > values[best]!)) best = next;
      }
      sources[rows[at]!] = best < 0 ? -1 : rows[best]!;
    }
  }
  return sources;
}

/** Frames whose bounds move onward: what a later and better value outdoes is forgotten, so that the best comes first in the queue. */
function byQueue(values: Float64Array, place: CallPlace): Int32Array {
  const { order: { rows, partitions }, frames: { start, end }, scratch, capacity } = place;
  const sources = scratch.ints(capacity).fill(-1);
  const queue = scratch.ints(rows.length);
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, last] = [partitions[p]!, partitions[p + 1]!];
    let next = first;
    let [head, tail] = [0, 0];
    place.checkCancelled();
    for (let at = first; at < last; at++) {
      for (; next < end[at]!; next++) {
        const value = values[next]!;
        if (value !== value) continue;
        while (tail > head && values[queue[tail - 1]!]! <= value) tail--;
        queue[tail++] = next;
      }
      while (head < tail && queue[head]! < start[at]!) head++;
      sources[rows[at]!] = head < tail ? rows[queue[head]!]! : -1;
    }
  }
  return sources;
}

/** Any frames: a tree over the positions, each node knowing the best below it. */
function byTree(values: Float64Array, place: CallPlace): Int32Array {
  const { order: { rows }, frames, scratch, capacity } = place;
  const count = rows.length;
  const sources = scratch.ints(capacity).fill(-1);
  const tree = scratch.ints(2 * count);
  for (let at = 0; at < count; at++) tree[count + at] = values[at] === values[at] ? at : -1;
  const better = (a: number, b: number) => (a < 0 ? b : b < 0 || values[a]! >= values[b]! ? a : b);
  for (let node = count - 1; node > 0; node--) tree[node] = better(tree[2 * node]!, tree[2 * node + 1]!);
  const pieces = new FramePieces(frames);
  for (let at = 0; at < count; at++) {
    if (at % STRETCH === 0) place.checkCancelled();
    pieces.find(at);
    let best = -1;
    for (let piece = 0; piece < pieces.count; piece++) {
      let [low, high] = [pieces.begin[piece]! + count, pieces.end[piece]! + count];
      for (; low < high; low >>= 1, high >>= 1) {
        if ((low & 1) === 1) best = better(best, tree[low++]!);
        if ((high & 1) === 1) best = better(best, tree[--high]!);
      }
    }
    sources[rows[at]!] = best < 0 ? -1 : rows[best]!;
  }
  return sources;
}
