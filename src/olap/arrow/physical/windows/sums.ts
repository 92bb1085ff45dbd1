import { RuntimeDecline } from "../../../olap_backend.ts";
import { EXACT_MAX } from "../fragment.ts";
import { type StoredColumn, storedValue } from "../relation.ts";
import { boxedColumn, type CallPlace, countedPositions, intColumn, realColumn, STRETCH } from "./call_place.ts";
import { frameCounts } from "./counts.ts";
import { FramePieces } from "./frames.ts";
import { ExactSum, RealFrameSum } from "./frame_sums.ts";
import { slide } from "./sliding.ts";

export type SumName = "sum" | "total" | "avg";

/** sum(), total() and avg() over each row's frame. */
export function sumRows(
  name: SumName,
  argument: StoredColumn,
  filter: StoredColumn | null,
  place: CallPlace,
): StoredColumn {
  const counted = countedPositions(place, argument, filter);
  switch (argument.rep) {
    case "int":
      return integerSums(name, argument, counted, place) ?? anySums(name, argument, counted, place);
    case "real":
      return realSums(name, argument, counted, place);
    default:
      return anySums(name, argument, counted, place);
  }
}

/** The differences of running sums, as long as those are exact in doubles; `null` otherwise. */
function integerSums(
  name: SumName,
  argument: StoredColumn,
  counted: Uint8Array | null,
  place: CallPlace,
): StoredColumn | null {
  const { order: { rows }, frames, capacity, memory, scratch } = place;
  const data = argument.data as Int32Array | Float64Array;
  const before = scratch.doubles(rows.length + 1);
  let magnitude = 0;
  for (let at = 0; at < rows.length; at++) {
    const value = counted === null || counted[at] === 1 ? data[rows[at]!]! : 0;
    magnitude += Math.abs(value);
    before[at + 1] = before[at]! + value;
  }
  if (!(magnitude < EXACT_MAX)) return null;
  const counts = frameCounts(counted, place);
  const result = memory.doubles(capacity);
  const nulls = name === "total" ? null : memory.bytes(capacity);
  const pieces = new FramePieces(frames);
  for (let at = 0; at < rows.length; at++) {
    if (at % STRETCH === 0) place.checkCancelled();
    const row = rows[at]!;
    let sum = 0;
    if (frames.excluded === null) sum = before[frames.end[at]!]! - before[frames.start[at]!]!;
    else {
      pieces.find(at);
      for (let piece = 0; piece < pieces.count; piece++) {
        sum += before[pieces.end[piece]!]! - before[pieces.begin[piece]!]!;
      }
    }
    if (nulls !== null && counts[at] === 0) nulls[row] = 1;
    else result[row] = name === "avg" ? sum / counts[at]! : sum;
  }
  return name === "sum" ? intColumn(result, nulls, -magnitude, magnitude) : realColumn(result, nulls);
}

/** Sums of REAL with the very roundings of SQLite, whose sums also take values back out. */
function realSums(name: SumName, argument: StoredColumn, counted: Uint8Array | null, place: CallPlace): StoredColumn {
  const { order: { rows }, capacity, memory, scratch } = place;
  const data = argument.data as Float64Array;
  const values = scratch.doubles(rows.length);
  for (let at = 0; at < rows.length; at++) values[at] = data[rows[at]!]!;
  if (hasTies(place)) refuseOverflowInAnyOrder(values, counted);
  const state = new RealFrameSum(values, counted);
  const result = memory.doubles(capacity);
  const nulls = memory.bytes(capacity);
  slide(place, state, (at) => {
    const sum = state.count === 0 ? (name === "total" ? state.value() : NaN) : state.value();
    const value = name === "avg" ? sum / state.count : sum;
    if (Number.isNaN(value)) nulls[rows[at]!] = 1;
    else result[rows[at]!] = value;
  });
  return realColumn(result, nulls);
}

function hasTies({ order: { rows, groups } }: CallPlace): boolean {
  return groups.length - 1 < rows.length;
}

/** Among rows that tie SQLite may take another order, in which a partial sum might leave the doubles. */
function refuseOverflowInAnyOrder(values: Float64Array, counted: Uint8Array | null): void {
  let magnitude = 0;
  for (let at = 0; at < values.length; at++) {
    if ((counted === null || counted[at] === 1) && Number.isFinite(values[at])) magnitude += Math.abs(values[at]!);
  }
  if (magnitude === Infinity) throw new RuntimeDecline("a sum of numbers so large that their order matters");
}

/** Sums of anything, value by value. */
function anySums(name: SumName, argument: StoredColumn, counted: Uint8Array | null, place: CallPlace): StoredColumn {
  const { order, capacity, memory, scratch } = place;
  const { rows } = order;
  scratch.take(32 * rows.length);
  const values = Array.from(rows, (row) => storedValue(argument, row));
  const state = new ExactSum(name, values, counted);
  if (hasTies(place)) state.refuseOverflowInAnyOrder(order.partitions);
  if (name === "sum") {
    memory.take(16 * capacity);
    const result: unknown[] = new Array(capacity).fill(null);
    slide(place, state, (at) => result[rows[at]!] = state.sum());
    return boxedColumn(result);
  }
  const result = memory.doubles(capacity);
  const nulls = memory.bytes(capacity);
  slide(place, state, (at) => {
    const value = name === "avg" ? state.average() : state.total();
    if (value === null) nulls[rows[at]!] = 1;
    else result[rows[at]!] = value;
  });
  return realColumn(result, nulls);
}
