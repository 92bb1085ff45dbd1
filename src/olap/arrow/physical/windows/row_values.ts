import type { Rep } from "../fragment.ts";
import { unionRange } from "../fragment.ts";
import { NO_VALUES, type StoredColumn, storedValue } from "../relation.ts";
import type { WindowMemory } from "./window_memory.ts";

/** For each row the value of the row `sources` names; NULL where that is -1. */
export function takeRows(column: StoredColumn, sources: Int32Array, memory: WindowMemory): StoredColumn {
  const { rep, data } = column;
  if (rep === "null" || data === null) return NO_VALUES;
  const count = sources.length;
  if (Array.isArray(data)) {
    memory.take(16 * count);
    const empty = rep === "string" ? "" : null;
    const taken = Array.from({ length: count }, (_, row) => sources[row]! < 0 ? empty : data[sources[row]!]);
    if (rep === "boxed") return { ...column, data: taken };
    return { ...column, data: taken, nulls: takeNulls(column, sources, memory) };
  }
  const taken = data instanceof Float64Array ? memory.doubles(count) : memory.ints(count);
  for (let row = 0; row < count; row++) if (sources[row]! >= 0) taken[row] = data[sources[row]!]!;
  const { integers } = column;
  const kinds = integers === null ? null : memory.bytes(count);
  if (kinds !== null) {
    for (let row = 0; row < count; row++) if (sources[row]! >= 0) kinds[row] = integers![sources[row]!]!;
  }
  return { ...column, data: taken, integers: kinds, nulls: takeNulls(column, sources, memory) };
}

function takeNulls({ nulls }: StoredColumn, sources: Int32Array, memory: WindowMemory): Uint8Array | null {
  let any = nulls !== null;
  for (let row = 0; !any && row < sources.length; row++) any = sources[row]! < 0;
  if (!any) return null;
  const taken = memory.bytes(sources.length);
  for (let row = 0; row < sources.length; row++) {
    const source = sources[row]!;
    if (source < 0 || (nulls !== null && nulls[source] === 1)) taken[row] = 1;
  }
  return taken;
}

/** As {@linkcode takeRows}, with the row's own value of `fallback` where there is no source. */
export function takeRowsOr(
  column: StoredColumn,
  fallback: StoredColumn,
  sources: Int32Array,
  memory: WindowMemory,
): StoredColumn {
  const taken = takeRows(column, sources, memory);
  if (fallback.rep === "null") return taken;
  const rep = commonForm(taken, fallback);
  if (rep === "boxed" || rep === "string") return anyRowsOr(rep, taken, fallback, sources, memory);
  const count = sources.length;
  const data = taken.data instanceof Float64Array || !(fallback.data instanceof Int32Array)
    ? memory.doubles(count)
    : memory.ints(count);
  const nulls = memory.bytes(count);
  const integers = rep === "number" ? memory.bytes(count) : null;
  for (let row = 0; row < count; row++) {
    const from = sources[row]! < 0 ? fallback : taken;
    if (from.data === null || from.nulls?.[row] === 1) {
      nulls[row] = 1;
      continue;
    }
    data[row] = from.data[row] as number;
    if (integers !== null) integers[row] = from.rep === "int" ? 1 : from.integers?.[row] ?? 0;
  }
  const range = taken.rep === "null" ? fallback.range : unionRange(taken.range, fallback.range);
  return { rep, data, nulls, integers, heap: fallback.heap, range };
}

function commonForm(a: StoredColumn, b: StoredColumn): Rep {
  const reps = [a.rep, b.rep];
  if (a.rep === "null" || (a.rep === b.rep && (a.rep !== "text" || a.heap === b.heap))) return b.rep;
  if (reps.every((rep) => rep === "int" || rep === "real" || rep === "number")) return "number";
  return reps.every((rep) => rep === "text" || rep === "string") ? "string" : "boxed";
}

function anyRowsOr(
  rep: "boxed" | "string",
  taken: StoredColumn,
  fallback: StoredColumn,
  sources: Int32Array,
  memory: WindowMemory,
): StoredColumn {
  memory.take(16 * sources.length);
  const values = Array.from(sources, (source, row) => storedValue(source < 0 ? fallback : taken, row));
  if (rep === "boxed") return { ...NO_VALUES, rep, data: values };
  const nulls = memory.bytes(sources.length);
  values.forEach((value, row) => {
    if (value === null) nulls[row] = 1;
  });
  return { ...NO_VALUES, rep, data: values.map((value) => value ?? ""), nulls };
}

/** Whether two rows have the same value in a column, in class and content. */
export function sameValue(column: StoredColumn): (a: number, b: number) => boolean {
  const { rep, data, nulls, integers, heap } = column;
  if (rep === "null" || data === null) return () => true;
  if (rep === "boxed" || rep === "string" || (rep === "text" && !heap!.unique)) {
    return (a, b) => {
      const [x, y] = [storedValue(column, a), storedValue(column, b)];
      if (typeof x !== "object" || typeof y !== "object") return x === y;
      return x === null || y === null ? x === y : x.length === y.length && x.every((byte, at) => byte === y[at]);
    };
  }
  const numbers = data as Float64Array;
  return (a, b) => {
    if (nulls !== null && (nulls[a] === 1 || nulls[b] === 1)) return nulls[a] === nulls[b];
    return numbers[a] === numbers[b] && (integers === null || integers[a] === integers[b]);
  };
}
