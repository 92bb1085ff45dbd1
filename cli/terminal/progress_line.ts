/** Least time between two repaints, in milliseconds: more often is not seen. */
const REPAINT_MS = 100;

/** Work that is done sooner needs no progress, in milliseconds. */
const SHOWN_AFTER_MS = 500;

const CLEAR_LINE = "\r\x1b[2K";

/** One line at the foot of a terminal that tells how far long work is, and is gone when it is done. */
export class ProgressLine {
  readonly #write: (text: string) => void;
  readonly #width: () => number;
  #begunMs: number | null = null;
  #paintedMs = -Infinity;
  #visible = false;

  /** @param write Takes text for the terminal. */
  constructor(write: (text: string) => void, width: () => number) {
    this.#write = write;
    this.#width = width;
  }

  /** Shows the text in place of the one before, unless that was a moment ago or the work has only begun. */
  show(text: string): void {
    const now = performance.now();
    this.#begunMs ??= now;
    if (now - this.#begunMs < SHOWN_AFTER_MS || now - this.#paintedMs < REPAINT_MS) return;
    this.#paintedMs = now;
    this.#visible = true;
    this.#write(CLEAR_LINE + text.slice(0, Math.max(0, this.#width() - 1)));
  }

  /** Takes the line away, before other text is written or when the work is done. */
  clear(): void {
    this.#begunMs = null;
    if (!this.#visible) return;
    this.#visible = false;
    this.#write(CLEAR_LINE);
  }
}
