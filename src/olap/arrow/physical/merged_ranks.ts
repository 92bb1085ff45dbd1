import { compareText } from "../kernels/mod.ts";
import type { TextHeap } from "./fragment.ts";

const together = new WeakMap<TextHeap, WeakMap<TextHeap, MergedRanks>>();

interface MergedRanks {
  readonly left: Places;
  readonly right: Places;
}

type Places = Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** The places of the texts of two heaps in one binary order, by index, so that texts of one compare with texts of the other as these do. */
export function mergedRanks(left: TextHeap, right: TextHeap): MergedRanks {
  const others = together.get(left) ?? new WeakMap<TextHeap, MergedRanks>();
  together.set(left, others);
  const known = others.get(right);
  if (known !== undefined && known.left.length >= left.count && known.right.length >= right.count) return known;
  const [own, other] = [textsOf(left), textsOf(right)];
  const sorted = [...new Set([...own, ...other])].sort(compareText);
  const places = new Map(sorted.map((text, place) => [text, place]));
  const ranked = (texts: readonly string[]): Places => {
    const ranks = texts.map((text) => places.get(text)!);
    // Half as many bytes leave twice as many of them in the fastest cache.
    return sorted.length <= 2 ** 16 ? Uint16Array.from(ranks) : Int32Array.from(ranks);
  };
  const made = { left: ranked(own), right: ranked(other) };
  others.set(right, made);
  return made;
}

function textsOf(heap: TextHeap): string[] {
  return Array.from({ length: heap.count }, (_, index) => heap.text(index));
}
