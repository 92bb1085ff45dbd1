import type { ExactValue } from "../../../../types/mod.ts";
import type { AnalysedFrame } from "../../../../sql/mod.ts";
import { add, sortCompare, subtract } from "../../kernels/mod.ts";
import { EXACT_MAX } from "../fragment.ts";
import { type StoredColumn, storedValue } from "../relation.ts";
import type { KeyOrder } from "../sort_words.ts";
import type { WindowMemory } from "./window_memory.ts";
import type { WindowOrder } from "./window_order.ts";

/** Keys of the groups of a window whose frame is a RANGE with an offset. */
export interface RangeKeys {
  /** How the key of one group, moved onward in the window's order by the offset of a bound, orders against that of another. */
  shifted(bound: "from" | "to", group: number, other: number): number;
}

/** The keys of a RANGE frame, `null` if it has no offset. */
export function rangeKeys(
  order: WindowOrder,
  frame: AnalysedFrame,
  column: StoredColumn,
  keyOrder: KeyOrder,
  memory: WindowMemory,
): RangeKeys | null {
  const from = offsetOf(frame.from);
  const to = offsetOf(frame.to);
  if (frame.unit !== "range" || (from === null && to === null)) return null;
  return doubleKeys(order, column, keyOrder, from, to, memory) ??
    anyKeys(order, frame, column, keyOrder, from, to, memory);
}

function offsetOf(bound: AnalysedFrame["from"]): bigint | number | null {
  if (bound.kind !== "preceding" && bound.kind !== "following") return null;
  return bound.offset as bigint | number;
}

/** Keys in doubles: that is exact while no sum of integers leaves them. */
function doubleKeys(
  { rows, groups }: WindowOrder,
  { rep, data, nulls }: StoredColumn,
  { descending, nulls: nullPlace }: KeyOrder,
  from: bigint | number | null,
  to: bigint | number | null,
  memory: WindowMemory,
): RangeKeys | null {
  if (rep !== "int" && rep !== "real" && rep !== "number") return null;
  const count = groups.length - 1;
  const keys = memory.doubles(count);
  const absent = memory.bytes(count);
  const numbers = data as Float64Array;
  let most = 0;
  for (let group = 0; group < count; group++) {
    const row = rows[groups[group]!]!;
    if (nulls !== null && nulls[row] === 1) {
      absent[group] = 1;
      continue;
    }
    keys[group] = numbers[row]!;
    most = Math.max(most, Math.abs(keys[group]!));
  }
  const widest = Math.max(Number(from ?? 0), Number(to ?? 0));
  if (rep !== "real" && !(most + widest < EXACT_MAX)) return null;
  if (!(widest <= EXACT_MAX)) return null;
  const sign = descending ? -1 : 1;
  const nullSign = nullPlace === "first" ? -1 : 1;
  const offsets = { from: Number(from ?? 0) * sign, to: Number(to ?? 0) * sign };
  return {
    shifted: (bound, group, other) => {
      if (absent[group] === 1 || absent[other] === 1) return (absent[group]! - absent[other]!) * nullSign;
      const moved = keys[group]! + offsets[bound];
      const key = keys[other]!;
      return moved < key ? -sign : moved > key ? sign : 0;
    },
  };
}

function anyKeys(
  { rows, groups }: WindowOrder,
  frame: AnalysedFrame,
  column: StoredColumn,
  { collation, descending, nulls }: KeyOrder,
  from: bigint | number | null,
  to: bigint | number | null,
  memory: WindowMemory,
): RangeKeys {
  const count = groups.length - 1;
  memory.take(32 * count);
  const keys = Array.from({ length: count }, (_, group) => storedValue(column, rows[groups[group]!]!));
  const offsets = { from, to };
  const [before, after] = [frame.from.kind === "preceding", frame.to.kind === "following"];
  const compare = (a: ExactValue, b: ExactValue) => sortCompare(a, b, collation, descending, nulls === "first");
  return {
    shifted: (bound, group, other) => {
      const [key, against] = [keys[group]!, keys[other]!];
      const plain = compare(key, against);
      if (typeof key !== "number" && typeof key !== "bigint") return plain;
      // Moving onward takes no key back, though adding to a large integer may round it down: SQLite asks so for these two bounds.
      const reached = plain === 0 && (bound === "from" ? before : after);
      if (plain > 0 || reached) return plain;
      return compare((descending ? subtract : add)(key, offsets[bound]), against);
    },
  };
}
