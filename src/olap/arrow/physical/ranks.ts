import { collationKey, compareUtf8 } from "../kernels/mod.ts";
import type { TextHeap } from "./fragment.ts";
import { radixOrder, rowsUpTo } from "./radix_sort.ts";
import { Utf8Texts } from "./utf8_texts.ts";

/** Places of things in an order; equal ones share one. */
export interface Ranks {
  readonly ranks: Int32Array;
  /** Ranks are below this. */
  readonly count: number;
}

const caches = new WeakMap<TextHeap, Ranks>();

/** The place of each text of a heap in binary order, by index. */
export function ranksOf(heap: TextHeap): Int32Array {
  return heapRanks(heap, () => {}).ranks;
}

/**
 * The same with the number of ranks.
 *
 * @param tick Called now and then; may throw to end the work.
 */
export function heapRanks(heap: TextHeap, tick: () => void): Ranks {
  const known = caches.get(heap);
  // Of a later state there would be more, and how many there are decides what all threads of a team do.
  if (known?.ranks.length === heap.count) return known;
  const ranks = textRanks(heap, rowsUpTo(heap.count), tick);
  caches.set(heap, ranks);
  return ranks;
}

/**
 * The place of each of some texts in binary order.
 *
 * @param codes Indexes of the texts in the heap.
 * @param tick As for {@linkcode heapRanks}.
 */
export function textRanks(heap: TextHeap, codes: Int32Array, tick: () => void): Ranks {
  const { utf8 } = heap;
  if (utf8 !== null) return new Utf8Sorter(utf8.bytes, utf8.offsets, codes, tick).ranks();
  return stringRanks((at) => heap.text(codes[at]!), codes.length, "BINARY", tick);
}

/**
 * The place of each of some texts by a collation.
 *
 * @param tick As for {@linkcode heapRanks}.
 */
export function stringRanks(
  textAt: (at: number) => string,
  count: number,
  collation: string,
  tick: () => void,
): Ranks {
  const texts = new Utf8Texts(null);
  const ranks = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    if ((at & TICK_MASK) === 0) tick();
    ranks[at] = texts.internText(collationKey(textAt(at), collation));
  }
  const { bytes, offsets } = texts.utf8;
  const distinct = new Utf8Sorter(bytes, offsets, rowsUpTo(texts.count), tick).ranks();
  for (let at = 0; at < count; at++) ranks[at] = distinct.ranks[ranks[at]!]!;
  return { ranks, count: distinct.count };
}

/** Steps between two ticks, less one. */
export const TICK_MASK = 0xffff;

/** Texts up to which comparing them pair by pair costs less than sorting by their bytes. */
const FEW = 512;

/** Sorts texts by eight bytes at a time, as far as needed to tell them apart. */
class Utf8Sorter {
  readonly #bytes: Uint8Array;
  readonly #offsets: Int32Array;
  readonly #codes: Int32Array;
  readonly #tick: () => void;
  /** The texts' numbers in the order found so far. */
  readonly #order: Int32Array;
  /** 1 at places where another text begins. */
  readonly #differs: Uint8Array;

  constructor(bytes: Uint8Array, offsets: Int32Array, codes: Int32Array, tick: () => void) {
    this.#bytes = bytes;
    this.#offsets = offsets;
    this.#codes = codes;
    this.#tick = tick;
    this.#order = Int32Array.from(codes.keys());
    this.#differs = new Uint8Array(codes.length);
  }

  ranks(): Ranks {
    this.#sort(0, this.#order.length, 0);
    const ranks = new Int32Array(this.#order.length);
    let rank = 0;
    for (let place = 0; place < ranks.length; place++) {
      if (this.#differs[place] === 1) rank++;
      ranks[this.#order[place]!] = rank;
    }
    return { ranks, count: rank + 1 };
  }

  /** Compares two texts that agree in their first bytes. */
  #compare(a: number, b: number, agreeing: number): number {
    const [offsets, bytes] = [this.#offsets, this.#bytes];
    const [x, y] = [this.#codes[a]!, this.#codes[b]!];
    if (x === y) return 0;
    return compareUtf8(bytes, offsets[x]! + agreeing, offsets[x + 1]!, bytes, offsets[y]! + agreeing, offsets[y + 1]!);
  }

  /** Sorts the texts at places whose first bytes agree. */
  #sort(begin: number, end: number, agreeing: number): void {
    if (end - begin <= FEW) return this.#sortFew(begin, end, agreeing);
    const items = this.#order.subarray(begin, end);
    const common = this.#agreement(items, agreeing);
    if (common === Infinity) return;
    const [high, low] = [new Uint32Array(items.length), new Uint32Array(items.length)];
    for (let at = 0; at < items.length; at++) {
      high[at] = this.#word(items[at]!, common);
      low[at] = this.#word(items[at]!, common + 4);
    }
    const order = radixOrder(
      [{ values: high, bits: 32 }, { values: low, bits: 32 }],
      rowsUpTo(items.length),
      this.#tick,
    );
    items.set(order.map((at) => items[at]!));
    let first = 0;
    for (let place = 1; place <= items.length; place++) {
      const [before, here] = [order[place - 1]!, order[place]!];
      if (place < items.length && high[before] === high[here] && low[before] === low[here]) continue;
      if (place - first > 1) this.#sortAlike(begin + first, begin + place, common);
      if (place < items.length) this.#differs[begin + place] = 1;
      first = place;
    }
  }

  /** Sorts texts that agree in eight more bytes, or have ended, as only zero bytes can make uncertain. */
  #sortAlike(begin: number, end: number, agreeing: number): void {
    const longer = this.#order.subarray(begin, end).every((item) => this.#length(item) >= agreeing + 8);
    if (longer) this.#sort(begin, end, agreeing + 8);
    else this.#sortFew(begin, end, agreeing);
  }

  #sortFew(begin: number, end: number, agreeing: number): void {
    if (end - begin > 2) this.#order.subarray(begin, end).sort((a, b) => this.#compare(a, b, agreeing));
    else if (end - begin === 2 && this.#compare(this.#order[begin]!, this.#order[begin + 1]!, agreeing) > 0) {
      this.#order.subarray(begin, end).reverse();
    }
    for (let place = begin + 1; place < end; place++) {
      if (this.#compare(this.#order[place - 1]!, this.#order[place]!, agreeing) !== 0) this.#differs[place] = 1;
    }
  }

  #length(item: number): number {
    const code = this.#codes[item]!;
    return this.#offsets[code + 1]! - this.#offsets[code]!;
  }

  /** How many first bytes all have in common, `Infinity` if they are all the same. */
  #agreement(items: Int32Array, least: number): number {
    const [bytes, offsets, codes] = [this.#bytes, this.#offsets, this.#codes];
    const first = offsets[codes[items[0]!]!]!;
    let common = this.#length(items[0]!);
    let same = true;
    for (let at = 1; at < items.length; at++) {
      const start = offsets[codes[items[at]!]!]!;
      const length = this.#length(items[at]!);
      const most = Math.min(common, length);
      let agreeing = least;
      while (agreeing < most && bytes[first + agreeing] === bytes[start + agreeing]) agreeing++;
      same &&= agreeing === common && length === common;
      common = agreeing;
      if (!same && common === least) return least;
    }
    return same ? Infinity : common;
  }

  /** Four bytes from one on, zeros after the end. */
  #word(item: number, from: number): number {
    const bytes = this.#bytes;
    const code = this.#codes[item]!;
    const start = this.#offsets[code]! + from;
    const left = this.#offsets[code + 1]! - start;
    if (left >= 4) {
      return ((bytes[start]! << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!) >>> 0;
    }
    let word = 0;
    for (let at = 0; at < left; at++) word |= bytes[start + at]! << (24 - 8 * at);
    return word >>> 0;
  }
}
