import type { ValueRange } from "../storage/table_snapshot.ts";

/**
 * How a value stands in generated code. What it is in JavaScript:
 *
 * - `int`: a number, an exact integer within ±2^53 and never -0; an INTEGER;
 * - `real`: a number, never NaN where it is not NULL; a REAL;
 * - `number`: a number that is an INTEGER or a REAL, as `integer` tells;
 * - `text`: a number, the index of a text in `heap`;
 * - `string`: a string; a TEXT;
 * - `boxed`: an ExactValue, `null` for NULL.
 * - `null`: always NULL.
 */
export type Fragment =
  | FragmentBase & { readonly rep: "int" | "real"; readonly range: ValueRange | null }
  | FragmentBase & { readonly rep: "number"; readonly range: ValueRange | null; readonly integer: string }
  | FragmentBase & { readonly rep: "text"; readonly heap: HeapBinding }
  | FragmentBase & {
    readonly rep: "string";
    /** The text, where it is the same in every row of this run. */
    readonly constant?: string;
  }
  | FragmentBase & { readonly rep: "boxed" }
  | FragmentBase & { readonly rep: "null" };

interface FragmentBase {
  /** A JavaScript expression without side effects that costs nothing: a variable or a constant. Meaningless where NULL, but safe to use. */
  readonly code: string;
  /** A JavaScript boolean expression, or `null` when the value is never NULL. */
  readonly isNull: string | null;
}

export type Rep = Fragment["rep"];

/** A heap of texts as generated code knows it. */
export interface HeapBinding {
  /** The variable that holds the {@linkcode TextHeap}. */
  readonly variable: string;
  readonly heap: TextHeap;
}

/** Texts by index. */
export interface TextHeap {
  /** Whether different indexes mean different texts. */
  readonly unique: boolean;
  /** Indexes below this one are in use; a heap may grow. */
  readonly count: number;
  text(index: number): string;
  /** Where the texts lie in UTF-8, as Arrow has them, if they do. */
  readonly utf8: { readonly offsets: Int32Array; readonly bytes: Uint8Array } | null;
}

/** The greatest magnitude below which doubles hold every integer. */
export const EXACT_MAX = 2 ** 53;

export const NULL_FRAGMENT: Fragment = { rep: "null", code: "null", isNull: "true" };

/** `a || b` over two null tests. */
export function eitherNull(...tests: readonly (string | null)[]): string | null {
  const present = [...new Set(tests.filter((test) => test !== null))];
  if (present.length === 0) return null;
  return present.length === 1 ? present[0]! : `(${present.join(" || ")})`;
}

/** The least range holding both. */
export function unionRange(a: ValueRange | null, b: ValueRange | null): ValueRange | null {
  if (a === null || b === null) return null;
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}
