const LARGE = 4503599627370496n;

/**
 * A running sum of doubles with the error made so far (Kahan, Babuška, Neumaier), rounding for rounding as SQLite adds.
 * The order of values matters to the last bits.
 */
export class RealSum {
  #sum = 0;
  #error = 0;

  add(value: number): void {
    const sum = this.#sum;
    const next = sum + value;
    this.#error += Math.abs(sum) > Math.abs(value) ? (sum - next) + value : (value - next) + sum;
    this.#sum = next;
  }

  /** Starts from an integer; to be called before anything is added. */
  startFrom(value: bigint): void {
    const [high, low] = parts(value);
    this.#sum = high;
    this.#error = low;
  }

  addInteger(value: bigint): void {
    if (value > -LARGE && value < LARGE) return this.add(Number(value));
    const [high, low] = parts(value);
    this.add(high);
    this.add(low);
  }

  /** NaN if infinities of both signs met. */
  value(): number {
    return Number.isNaN(this.#error) ? this.#sum : this.#sum + this.#error;
  }
}

/** An integer as a sum of doubles, the second 0 unless the first would be rounded. */
function parts(value: bigint): readonly [high: number, low: number] {
  if (value > -LARGE && value < LARGE) return [Number(value), 0];
  const low = value % 16384n;
  return [Number(value - low), Number(low)];
}
