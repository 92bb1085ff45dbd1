import { hashNumber } from "./key_codes.ts";
import type { MemoryBudget } from "./memory_budget.ts";

/** A set of pairs of a group number and a key's code: what a DISTINCT aggregate has met. */
export class PairSet {
  #table = new Int32Array(1 << 10);
  #groups = new Int32Array(1 << 9);
  #codes = new Float64Array(1 << 9);
  #count = 0;
  readonly #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Adds a pair; `false` if it was there. */
  add(group: number, code: number): boolean {
    let mask = this.#table.length - 1;
    let slot = hashPair(group, code) & mask;
    for (let entry = this.#table[slot]!; entry !== 0; entry = this.#table[slot]!) {
      if (this.#groups[entry - 1] === group && this.#codes[entry - 1] === code) return false;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#groups.length) {
      this.#grow();
      mask = this.#table.length - 1;
      slot = hashPair(group, code) & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    }
    this.#groups[this.#count] = group;
    this.#codes[this.#count] = code;
    this.#table[slot] = ++this.#count;
    return true;
  }

  #grow(): void {
    const room = this.#groups.length * 2;
    this.#budget.take(room * 16);
    const groups = new Int32Array(room);
    groups.set(this.#groups);
    const codes = new Float64Array(room);
    codes.set(this.#codes);
    const table = new Int32Array(room * 2);
    const mask = table.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = hashPair(groups[entry]!, codes[entry]!) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = entry + 1;
    }
    this.#groups = groups;
    this.#codes = codes;
    this.#table = table;
  }
}

function hashPair(group: number, code: number): number {
  let hash = Math.imul(group, 0x9e3779b1) + hashNumber(code) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
