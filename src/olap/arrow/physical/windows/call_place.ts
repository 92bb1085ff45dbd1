import type { StoredColumn } from "../relation.ts";
import type { Frames } from "./frames.ts";
import type { WindowMemory } from "./window_memory.ts";
import type { WindowOrder } from "./window_order.ts";

/** What computing a call needs. */
export interface CallPlace {
  readonly order: WindowOrder;
  readonly frames: Frames;
  /** Rows are numbered below this. */
  readonly capacity: number;
  /** For results. */
  readonly memory: WindowMemory;
  /** For what the call needs while it is computed. */
  readonly scratch: WindowMemory;
  checkCancelled(): void;
}

/** Rows between looks at whether the statement was cancelled. */
export const STRETCH = 1 << 16;

/** A column of doubles. */
export function realColumn(data: Float64Array, nulls: Uint8Array | null): StoredColumn {
  return { rep: "real", data, nulls, integers: null, heap: null, range: null };
}

/** A column of exact integers between bounds. */
export function intColumn(
  data: Int32Array | Float64Array,
  nulls: Uint8Array | null,
  least: number,
  most: number,
): StoredColumn {
  return { rep: "int", data, nulls, integers: null, heap: null, range: { least, most } };
}

/** A column of values of any class. */
export function boxedColumn(data: unknown[]): StoredColumn {
  return { rep: "boxed", data, nulls: null, integers: null, heap: null, range: null };
}

/** 1 at positions whose row counts: it passed the filter, if any, and its argument, if any, is not NULL; `null` where all do. */
export function countedPositions(
  { order: { rows }, scratch }: CallPlace,
  argument: StoredColumn | null,
  filter: StoredColumn | null,
): Uint8Array | null {
  const passed = filter?.data as Int32Array | undefined;
  const nulls = argument?.nulls ?? null;
  const values = argument?.rep === "boxed" ? argument.data as unknown[] : null;
  if (argument?.rep === "null") return scratch.bytes(rows.length);
  if (passed === undefined && nulls === null && values === null) return null;
  const counted = scratch.bytes(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (passed !== undefined && passed[row] === 0) continue;
    if (nulls !== null && nulls[row] === 1) continue;
    if (values !== null && values[row] === null) continue;
    counted[at] = 1;
  }
  return counted;
}
