import { BytesHeap } from "./text_heaps.ts";

/** Texts of several dictionaries as one. */
export interface JoinedTexts {
  readonly heap: BytesHeap;
  /** By index in one of the dictionaries: the text's index among all; `null` where it is the same. */
  readonly indexes: Int32Array | null;
}

interface Known {
  readonly heaps: readonly BytesHeap[];
  readonly counts: readonly number[];
  readonly joined: readonly JoinedTexts[];
}

/** By first dictionary: the joins made last, so that a statement that comes again need not make them again. */
const known = new WeakMap<BytesHeap, Known[]>();

/** Joins kept per dictionary. */
const KEPT_MAX = 8;

/** One dictionary of the texts of several, beginning with those of the first; in their order. The same heap may come more than once. */
export function joinedTexts(heaps: readonly BytesHeap[]): readonly JoinedTexts[] {
  const [first] = heaps;
  if (first === undefined) return [];
  if (heaps.every((heap) => heap === first)) return heaps.map(() => ({ heap: first, indexes: null }));
  const kept = known.get(first) ?? [];
  const found = kept.find((one) =>
    one.heaps.length === heaps.length &&
    one.heaps.every((heap, at) => heap === heaps[at] && heap.count === one.counts[at])
  );
  if (found !== undefined) return found.joined;
  const joined = join(heaps);
  known.set(first, [{ heaps, counts: heaps.map(({ count }) => count), joined }, ...kept].slice(0, KEPT_MAX));
  return joined;
}

function join(heaps: readonly BytesHeap[]): JoinedTexts[] {
  const places = new Map<string, number>();
  const sources: { readonly heap: BytesHeap; readonly index: number }[] = [];
  const indexes = heaps.map((heap) =>
    Int32Array.from({ length: heap.count }, (_, index) => {
      const text = heap.text(index);
      const place = places.get(text);
      if (place !== undefined) return place;
      places.set(text, sources.length);
      return sources.push({ heap, index }) - 1;
    })
  );
  const offsets = new Int32Array(sources.length + 1);
  sources.forEach(({ heap, index }, at) => {
    offsets[at + 1] = offsets[at]! + heap.offsets[index + 1]! - heap.offsets[index]!;
  });
  const bytes = new Uint8Array(offsets[sources.length]!);
  sources.forEach(({ heap, index }, at) => {
    bytes.set(heap.bytes.subarray(heap.offsets[index]!, heap.offsets[index + 1]!), offsets[at]!);
  });
  const heap = new BytesHeap(sources.length, offsets, bytes, true);
  return indexes.map((places, at) => ({ heap, indexes: at === 0 ? null : places }));
}
