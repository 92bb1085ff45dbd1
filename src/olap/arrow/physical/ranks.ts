import { compareText } from "../kernels/mod.ts";
import type { TextHeap } from "./fragment.ts";

const caches = new WeakMap<TextHeap, Int32Array>();

/** The place of each text of a heap in binary order, by index; equal texts share one. */
export function ranksOf(heap: TextHeap): Int32Array {
  const known = caches.get(heap);
  if (known !== undefined && known.length >= heap.count) return known;
  const texts = Array.from({ length: heap.count }, (_, index) => heap.text(index));
  const order = Int32Array.from(texts.keys()).sort((a, b) => compareText(texts[a]!, texts[b]!));
  const ranks = new Int32Array(heap.count);
  let rank = -1;
  order.forEach((index, place) => {
    if (place === 0 || texts[index] !== texts[order[place - 1]!]) rank++;
    ranks[index] = rank;
  });
  caches.set(heap, ranks);
  return ranks;
}
