/** Random numbers that are the same on every machine (sfc32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = 0x9e3779b9;
    this.#b = 0x243f6a88;
    this.#c = seed | 0;
    // The first numbers of nearby seeds are alike.
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** An integer in `0 … 2^32 - 1`. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21 | this.#c >>> 11) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer in `0 … count - 1`. */
  below(count: number): number {
    return Math.floor(this.#next() / 2 ** 32 * count);
  }

  /** An integer in `from … to`, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

/** Picks values as often as their weights say. */
export function weighted<T>(weights: ReadonlyMap<T, number>): (random: Random) => T {
  const table = [...weights].flatMap(([value, weight]) => Array.from({ length: weight }, () => value));
  return (random) => random.pick(table);
}
