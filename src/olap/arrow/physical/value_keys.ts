import type { ExactValue } from "../../../types/mod.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { StringsHeap } from "./text_heaps.ts";

/** For taking integers apart, which arithmetic on them would make new ones for. */
const integer = new BigInt64Array(1);
const words = new Int32Array(integer.buffer);

/**
 * Values of any type by code, equal ones having one code. 64-bit integers, which most of them are, are kept as two words: a decimal
 * text for each row would cost ten times as much. Their codes are even, those of other values odd.
 */
export class ValueKeys {
  #count = 0;
  /** Two words for each integer. */
  #integers = new Int32Array(1 << 9);
  /** Number of the integer + 1, 0 where free; a power of two, at least twice as many as integers. */
  #slots = new Int32Array(1 << 9);
  readonly #others: StringsHeap;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    this.#others = new StringsHeap(budget);
  }

  /** The value's code, a new one if it was not met before. */
  intern(value: ExactValue): number {
    if (!load(value)) return this.#others.intern(keyText(value)) * 2 + 1;
    const [first, second] = [words[0]!, words[1]!];
    let slot = this.#slot(first, second);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) return known * 2;
    if (this.#count * 4 >= this.#integers.length) {
      this.#grow();
      slot = this.#slot(first, second);
    }
    this.#integers[this.#count * 2] = first;
    this.#integers[this.#count * 2 + 1] = second;
    this.#slots[slot] = ++this.#count;
    return (this.#count - 1) * 2;
  }

  /** The value's code, or a negative number. */
  find(value: ExactValue): number {
    if (load(value)) return this.#slots[this.#slot(words[0]!, words[1]!)]! * 2 - 2;
    const code = this.#others.find(keyText(value));
    return code < 0 ? code : code * 2 + 1;
  }

  /** The slot of the integer, or the free one where it would stand. */
  #slot(first: number, second: number): number {
    const [slots, integers] = [this.#slots, this.#integers];
    const mask = slots.length - 1;
    let slot = hashWords(first, second) & mask;
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (integers[entry * 2 - 2] === first && integers[entry * 2 - 1] === second) break;
      slot = slot + 1 & mask;
    }
    return slot;
  }

  #grow(): void {
    const integers = new Int32Array(this.#integers.length * 2);
    const slots = new Int32Array(integers.length);
    this.#budget.take(integers.byteLength + slots.byteLength);
    integers.set(this.#integers);
    [this.#integers, this.#slots] = [integers, slots];
    for (let number = 0; number < this.#count; number++) {
      slots[this.#slot(integers[number * 2]!, integers[number * 2 + 1]!)] = number + 1;
    }
  }
}

/** Puts a value's words in place if it equals a 64-bit integer. */
function load(value: ExactValue): boolean {
  if (typeof value === "bigint") {
    integer[0] = value;
    return true;
  }
  if (typeof value !== "number" || !Number.isInteger(value) || value < -(2 ** 63) || value >= 2 ** 63) return false;
  integer[0] = BigInt(value);
  return true;
}

function hashWords(first: number, second: number): number {
  let hash = Math.imul(first, 0x85ebca6b) ^ second;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

/** A text that is equal exactly for values that compare as equal. */
export function keyText(value: ExactValue): string {
  if (value === null) return "";
  switch (typeof value) {
    case "bigint":
      return `n${value}`;
    case "number":
      return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 ? `n${BigInt(value)}` : `r${value}`;
    case "string":
      return `t${value}`;
    default:
      return `x${value.join()}`;
  }
}
