/** How often the time is shown anew, in milliseconds. */
const TICK_MS = 200;

/** Tells on a terminal that something still runs, and since when. Nothing is seen of what is done within a second or so. */
export class ElapsedTime {
  readonly #show: (text: string) => void;
  #timer: ReturnType<typeof setInterval> | null = null;
  #otherMs = -Infinity;

  /** @param show Shows a text in place of the one before, as `Terminal.progress` does, which holds back the first half second. */
  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  /** Begins to count for something new. */
  start(): void {
    this.stop();
    const startedMs = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      // Whoever knows how far the work is says more.
      if (now - startedMs < 500 || now - this.#otherMs < 1000) return;
      this.#show(`running for ${((now - startedMs) / 1000).toFixed(1)} s · Ctrl-C cancels`);
    }, TICK_MS);
    this.#timer.unref();
  }

  /** Shows a text that says how far the work is. */
  progress(text: string): void {
    this.#otherMs = performance.now();
    this.#show(text);
  }

  /** Ends the counting, before something is printed or when the work is done. Idempotent. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
