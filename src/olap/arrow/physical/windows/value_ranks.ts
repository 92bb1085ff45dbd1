import type { ExactValue } from "../../../../types/mod.ts";
import { collationKey, compareText, compareValues } from "../../kernels/mod.ts";
import { keyText } from "../value_keys.ts";
import { ranksOf } from "../ranks.ts";
import { type StoredColumn, storedValue } from "../relation.ts";
import type { WindowMemory } from "./window_memory.ts";

/** The place of each row's value among the distinct ones, from 0; values SQLite finds equal share one. Meaningless where NULL. */
export interface ValueRanks {
  readonly ranks: Int32Array;
  readonly count: number;
  /** Whether values that differ share a rank: `1` and `1.0`, or `a` and `A` under NOCASE. */
  readonly merges: boolean;
}

/** Ranks the values of a column. */
export function rankValues(
  column: StoredColumn,
  rows: Int32Array,
  capacity: number,
  collation: string,
  memory: WindowMemory,
): ValueRanks {
  if (column.rep === "text" && collation === "BINARY" && (column.heap!.unique || column.heap!.count <= 2 * capacity)) {
    const codes = column.data as Int32Array;
    const known = ranksOf(column.heap!);
    const ranks = memory.ints(capacity);
    for (let at = 0; at < rows.length; at++) ranks[rows[at]!] = known[codes[rows[at]!]!] ?? 0;
    return { ranks, count: known.length, merges: false };
  }
  return column.rep === "text" || column.rep === "string"
    ? rankTexts(column, rows, capacity, collation, memory)
    : rankAny(column, rows, capacity, collation, memory);
}

function rankTexts(
  column: StoredColumn,
  rows: Int32Array,
  capacity: number,
  collation: string,
  memory: WindowMemory,
): ValueRanks {
  const codes = memory.ints(capacity);
  const found = new Map<string, { readonly text: string; readonly code: number }>();
  let merges = false;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (column.nulls?.[row] === 1) continue;
    const text = column.rep === "text" ? column.heap!.text(column.data![row] as number) : column.data![row] as string;
    const key = collationKey(text, collation);
    let entry = found.get(key);
    if (entry === undefined) {
      found.set(key, entry = { text, code: found.size });
      memory.take(64);
    } else if (!merges && entry.text !== text) merges = true;
    codes[row] = entry.code;
  }
  return { ...ranked(codes, rows, [...found.keys()], compareText), merges };
}

function rankAny(
  column: StoredColumn,
  rows: Int32Array,
  capacity: number,
  collation: string,
  memory: WindowMemory,
): ValueRanks {
  const codes = memory.ints(capacity);
  const values: NonNullable<ExactValue>[] = [];
  const found = new Map<string, number>();
  let merges = false;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const value = storedValue(column, row);
    if (value === null) continue;
    const key = keyText(typeof value === "string" ? collationKey(value, collation) : value);
    let code = found.get(key);
    if (code === undefined) {
      found.set(key, code = values.length);
      values.push(value);
      memory.take(64);
    } else if (typeof value !== "object" && values[code] !== value) merges = true;
    codes[row] = code;
  }
  return { ...ranked(codes, rows, values, (a, b) => compareValues(a, b, collation)), merges };
}

/** Turns the codes of distinct values into their ranks, in place. */
function ranked<T>(
  codes: Int32Array,
  rows: Int32Array,
  values: readonly T[],
  compare: (a: T, b: T) => number,
): { readonly ranks: Int32Array; readonly count: number } {
  const order = Int32Array.from(values.keys()).sort((a, b) => compare(values[a]!, values[b]!));
  const rankOf = new Int32Array(values.length);
  order.forEach((code, rank) => rankOf[code] = rank);
  for (let at = 0; at < rows.length; at++) codes[rows[at]!] = rankOf[codes[rows[at]!]!] ?? 0;
  return { ranks: codes, count: values.length };
}
