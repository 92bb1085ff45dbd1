/** Tells whether there is time for another measurement, judging by the longest so far. */
export class TimeShare {
  readonly #untilMs: number;
  #longestMs = 0;
  #leftOut = 0;

  /** @param untilMs When all should be done, by `performance.now()`. */
  constructor(untilMs: number) {
    this.#untilMs = untilMs;
  }

  /** Measurements there was no time for. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Runs a measurement, whatever time is left. */
  async run<T>(measurement: () => Promise<T>): Promise<T> {
    const beganMs = performance.now();
    const outcome = await measurement();
    this.#longestMs = Math.max(this.#longestMs, performance.now() - beganMs);
    return outcome;
  }

  /** Runs a measurement, or gives `null` where it would end too late. */
  async runInTime<T>(measurement: () => Promise<T>): Promise<T | null> {
    if (performance.now() + this.#longestMs <= this.#untilMs) return await this.run(measurement);
    this.#leftOut++;
    return null;
  }
}
