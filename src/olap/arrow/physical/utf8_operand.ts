import { compareUtf8, utf8Bytes, utf8Equals } from "../kernels/mod.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment, TextHeap } from "./fragment.ts";
import { mergedRanks } from "./merged_ranks.ts";
import { BytesHeap } from "./text_heaps.ts";

/** Where a text lies as UTF-8, as JavaScript expressions: `bytes[start … end)`. Meaningless where it is NULL, but safe to use. */
export interface Utf8Operand {
  readonly bytes: string;
  readonly start: string;
  readonly end: string;
}

/** A text as its bytes; `null` where only strings are at hand. Most operators then need not decode it. */
export function utf8Operand(e: Emitter, fragment: Fragment): Utf8Operand | null {
  if (fragment.rep !== "text") return null;
  return utf8Text(e, fragment.heap.heap, fragment.code);
}

/** A text of a heap as its bytes; `null` where the heap has none. */
export function utf8Text(e: Emitter, heap: TextHeap, index: string): Utf8Operand | null {
  const { utf8 } = heap;
  if (utf8 === null) return null;
  const offsets = e.bindArray("off", utf8.offsets);
  return { bytes: e.bindArray("bytes", utf8.bytes), start: `${offsets}[${index}]`, end: `${offsets}[${index} + 1]` };
}

/** The arguments that hand a text on to an operator over bytes. */
export function utf8Arguments({ bytes, start, end }: Utf8Operand): string {
  return `${bytes}, ${start}, ${end}`;
}

/** How many rows each text of two dictionaries must stand for if ordering them is to pay. */
const ROWS_PER_TEXT = 16;

/** Compares texts of two dictionaries by their places in one order; `null` where they are not in such or too many for the rows. */
export function compareAsRanks(e: Emitter, symbol: string, left: Fragment, right: Fragment): string | null {
  if (left.rep !== "text" || right.rep !== "text") return null;
  const [own, other] = [left.heap.heap, right.heap.heap];
  // Other heaps may grow while the generated code runs.
  if (!(own instanceof BytesHeap && own.unique && other instanceof BytesHeap && other.unique)) return null;
  if ((own.count + other.count) * ROWS_PER_TEXT > e.expectedRows) return null;
  const ranks = mergedRanks(own, other);
  const [a, b] = [e.bindArray("ranks", ranks.left), e.bindArray("ranks", ranks.right)];
  return `${a}[${left.code}] ${symbol} ${b}[${right.code}]`;
}

/** Compares two texts by their bytes; `null` where one of them has none. `symbol` is JavaScript's operator. */
export function compareAsUtf8(e: Emitter, symbol: string, left: Fragment, right: Fragment): string | null {
  const [a, b] = [utf8Operand(e, left), utf8Operand(e, right)];
  if (symbol === "===" || symbol === "!==") {
    const not = symbol === "!==" ? "!" : "";
    if (a !== null && b === null) return equalsConstant(e, not, a, right);
    if (a === null && b !== null) return equalsConstant(e, not, b, left);
  }
  const [first, second] = [a ?? constantOperand(e, left), b ?? constantOperand(e, right)];
  if (first === null || second === null) return null;
  return `${e.bind("compareUtf8", compareUtf8)}(${utf8Arguments(first)}, ${utf8Arguments(second)}) ${symbol} 0`;
}

function equalsConstant(e: Emitter, not: string, operand: Utf8Operand, other: Fragment): string | null {
  if (other.rep !== "string" || other.constant === undefined) return null;
  const bytes = e.bind("text", utf8Bytes(other.constant));
  return `${not}${e.bind("utf8Equals", utf8Equals)}(${utf8Arguments(operand)}, ${bytes})`;
}

function constantOperand(e: Emitter, fragment: Fragment): Utf8Operand | null {
  if (fragment.rep !== "string" || fragment.constant === undefined) return null;
  const bytes = utf8Bytes(fragment.constant);
  const name = e.bind("text", bytes);
  return { bytes: name, start: "0", end: `${name}.length` };
}
