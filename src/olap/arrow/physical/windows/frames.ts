import type { AnalysedBound, AnalysedFrame } from "../../../../sql/mod.ts";
import type { RangeKeys } from "./range_keys.ts";
import type { WindowMemory } from "./window_memory.ts";
import type { WindowOrder } from "./window_order.ts";

/** The frame of the row at each position: positions from `start` to before `end`, but those excluded. Both never fall within a partition. */
export interface Frames {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly excluded: Excluded | null;
  /** Whether a frame always begins with its partition, so that rows never leave it. */
  readonly rowsStay: boolean;
  /** Whether SQLite takes in a frame's new rows before it takes out those that leave. */
  readonly entersFirst: boolean;
}

/**
 * Positions from `from` to before `to` are not in the frame, the row's own position excepted if `keepsCurrent`. Frames of which anything
 * might be excluded are read anew for each row.
 */
export interface Excluded {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly keepsCurrent: boolean;
}

/** SQLite's frame where none is written. */
export const DEFAULT_FRAME: AnalysedFrame = {
  unit: "range",
  from: { kind: "unboundedPreceding" },
  to: { kind: "currentRow" },
  exclude: null,
};

/** Whether frames never begin or end between rows that tie, whichever comes first. */
export function keepsTiesTogether(frame: AnalysedFrame): boolean {
  const takesAll = frame.from.kind === "unboundedPreceding" && frame.to.kind === "unboundedFollowing";
  return frame.unit !== "rows" || takesAll;
}

/** Finds the frame of each row. `keys` are needed for RANGE frames with an offset. */
export function findFrames(
  order: WindowOrder,
  frame: AnalysedFrame,
  keys: RangeKeys | null,
  memory: WindowMemory,
): Frames {
  const count = order.rows.length;
  const [start, end] = [memory.ints(count), memory.ints(count)];
  if (isInverted(frame)) emptyFrames(order, start, end);
  else if (frame.unit === "rows") rowFrames(order, frame, start, end);
  else if (keys !== null) rangeFrames(order, frame, keys, start, end);
  else groupFrames(order, frame, start, end);
  const bothPrecede = frame.from.kind === "preceding" && frame.to.kind === "preceding";
  return {
    start,
    end,
    excluded: excludedFrom(order, frame, memory),
    rowsStay: frame.from.kind === "unboundedPreceding",
    entersFirst: frame.unit === "range" && (frame.from.kind === "following" || bothPrecede),
  };
}

/** Whether the frame ends before it begins, wherever it is. */
function isInverted({ from, to }: AnalysedFrame): boolean {
  if (from.kind === "preceding" && to.kind === "preceding") return Number(from.offset) < Number(to.offset);
  if (from.kind === "following" && to.kind === "following") return Number(from.offset) > Number(to.offset);
  return false;
}

function emptyFrames({ partitions }: WindowOrder, start: Int32Array, end: Int32Array): void {
  for (let p = 0; p + 1 < partitions.length; p++) {
    start.fill(partitions[p]!, partitions[p], partitions[p + 1]);
    end.fill(partitions[p]!, partitions[p], partitions[p + 1]);
  }
}

/** How far a bound is from the current row, in rows or groups. */
function distance(bound: AnalysedBound): number {
  switch (bound.kind) {
    case "unboundedPreceding":
      return -Infinity;
    case "preceding":
      return -Number(bound.offset);
    case "currentRow":
      return 0;
    case "following":
      return Number(bound.offset);
    case "unboundedFollowing":
      return Infinity;
  }
}

function rowFrames({ partitions }: WindowOrder, frame: AnalysedFrame, start: Int32Array, end: Int32Array): void {
  const [before, after] = [distance(frame.from), distance(frame.to) + 1];
  for (let p = 0; p + 1 < partitions.length; p++) {
    const [first, last] = [partitions[p]!, partitions[p + 1]!];
    for (let at = first; at < last; at++) {
      start[at] = Math.min(Math.max(at + before, first), last);
      end[at] = Math.min(Math.max(at + after, first), last);
    }
  }
}

function groupFrames(
  { partitions, groups }: WindowOrder,
  frame: AnalysedFrame,
  start: Int32Array,
  end: Int32Array,
): void {
  const [before, after] = [distance(frame.from), distance(frame.to) + 1];
  let group = 0;
  for (let p = 0; p + 1 < partitions.length; p++) {
    const first = group;
    while (groups[group]! < partitions[p + 1]!) group++;
    for (let g = first; g < group; g++) {
      const from = groups[Math.min(Math.max(g + before, first), group)]!;
      const to = groups[Math.min(Math.max(g + after, first), group)]!;
      for (let at = groups[g]!; at < groups[g + 1]!; at++) {
        start[at] = from;
        end[at] = to;
      }
    }
  }
}

/** RANGE with an offset: bounds move with the key, group by group. */
function rangeFrames(
  { partitions, groups }: WindowOrder,
  { from, to }: AnalysedFrame,
  keys: RangeKeys,
  start: Int32Array,
  end: Int32Array,
): void {
  let group = 0;
  for (let p = 0; p + 1 < partitions.length; p++) {
    const first = group;
    while (groups[group]! < partitions[p + 1]!) group++;
    let [low, high] = [first, first];
    for (let g = first; g < group; g++) {
      if (from.kind === "currentRow") low = g;
      else if (from.kind === "preceding") { while (low < group && keys.shifted("from", low, g) < 0) low++; }
      else if (from.kind === "following") { while (low < group && keys.shifted("from", g, low) > 0) low++; }
      if (to.kind === "currentRow") high = g + 1;
      else if (to.kind === "preceding") { while (high < group && keys.shifted("to", high, g) <= 0) high++; }
      else if (to.kind === "following") { while (high < group && keys.shifted("to", g, high) >= 0) high++; }
      else high = group;
      const [begin, stop] = [groups[low]!, groups[Math.max(high, low)]!];
      for (let at = groups[g]!; at < groups[g + 1]!; at++) {
        start[at] = begin;
        end[at] = stop;
      }
    }
  }
}

function excludedFrom(order: WindowOrder, { exclude }: AnalysedFrame, memory: WindowMemory): Excluded | null {
  if (exclude === null) return null;
  const { rows, groups } = order;
  const [from, to] = [memory.ints(rows.length), memory.ints(rows.length)];
  if (exclude === "noOthers") return { from, to, keepsCurrent: false };
  if (exclude === "currentRow") {
    for (let at = 0; at < rows.length; at++) {
      from[at] = at;
      to[at] = at + 1;
    }
  } else {
    for (let g = 0; g + 1 < groups.length; g++) {
      from.fill(groups[g]!, groups[g], groups[g + 1]);
      to.fill(groups[g + 1]!, groups[g], groups[g + 1]);
    }
  }
  return { from, to, keepsCurrent: exclude === "ties" };
}

/** The up to three stretches of positions a frame consists of. */
export class FramePieces {
  readonly #frames: Frames;
  readonly begin = new Int32Array(3);
  readonly end = new Int32Array(3);
  count = 0;

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /** Finds the stretches of the frame of a position; none is empty. */
  find(at: number): void {
    const { start, end, excluded } = this.#frames;
    const [from, to] = [start[at]!, end[at]!];
    this.count = 0;
    if (excluded === null) return this.#add(from, to);
    this.#add(from, Math.min(to, excluded.from[at]!));
    if (excluded.keepsCurrent && at >= from && at < to) this.#add(at, at + 1);
    this.#add(Math.max(from, excluded.to[at]!), to);
  }

  #add(from: number, to: number): void {
    if (from >= to) return;
    this.begin[this.count] = from;
    this.end[this.count] = to;
    this.count++;
  }
}
