const REGISTER_BITS = 11;
const REGISTERS = 1 << REGISTER_BITS;
/** Correction of HyperLogLog's mean for this many registers. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/**
 * An estimate of how many distinct values a column has seen, within a few percent (HyperLogLog). Values are never taken out. The
 * mean is kept up to date with every register, so that asking costs nothing: each commit asks for every column.
 */
export class DistinctSketch {
  readonly #registers = new Uint8Array(REGISTERS);
  #sum = REGISTERS;
  #zeros = REGISTERS;

  /** Adds a value by any hash of 32 bits; it is mixed here. */
  add(hash: number): void {
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const register = hash >>> (32 - REGISTER_BITS);
    const rank = Math.clz32((hash << REGISTER_BITS) | (1 << (REGISTER_BITS - 1))) + 1;
    if (rank > this.#registers[register]!) this.#raise(register, rank);
  }

  /** Adds doubles by their bits. */
  addDoubles(values: Float64Array, count: number, nulls: Uint8Array | null): void {
    const words = new Int32Array(values.buffer, values.byteOffset, count * 2);
    this.addWords(words, count, nulls);
  }

  /** Adds values of two words each. */
  addWords(words: Int32Array, count: number, nulls: Uint8Array | null): void {
    for (let row = 0; row < count; row++) {
      if (nulls !== null && nulls[row] !== 0) continue;
      this.add(words[2 * row]! + Math.imul(words[2 * row + 1]!, 0x9e3779b1));
    }
  }

  /** Adds a value by its bytes: both ends of long ones, which seldom differ only in between. */
  addBytes(bytes: Uint8Array, from: number, to: number): void {
    let hash = to - from;
    const middle = Math.min(to, from + 16);
    for (let at = from; at < middle; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    for (let at = Math.max(middle, to - 16); at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    this.add(hash);
  }

  /** Distinct values, but no more than `most`. */
  estimate(most: number): number {
    const mean = ALPHA * REGISTERS * REGISTERS / this.#sum;
    // Where registers are empty, counting those is the better estimate.
    const count = mean <= 2.5 * REGISTERS && this.#zeros > 0 ? REGISTERS * Math.log(REGISTERS / this.#zeros) : mean;
    return Math.min(most, Math.round(count));
  }

  #raise(register: number, rank: number): void {
    const before = this.#registers[register]!;
    if (before === 0) this.#zeros--;
    this.#registers[register] = rank;
    this.#sum += 2 ** -rank - 2 ** -before;
  }
}
