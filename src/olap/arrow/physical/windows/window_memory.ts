import type { MemoryBudget } from "../memory_budget.ts";

/** Allocates arrays the statement's budget knows of. */
export class WindowMemory {
  readonly #budget: MemoryBudget;
  #bytes = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  ints(length: number): Int32Array {
    this.take(4 * length);
    return new Int32Array(length);
  }

  words(length: number): Uint32Array {
    this.take(4 * length);
    return new Uint32Array(length);
  }

  doubles(length: number): Float64Array {
    this.take(8 * length);
    return new Float64Array(length);
  }

  bytes(length: number): Uint8Array {
    this.take(length);
    return new Uint8Array(length);
  }

  /** Counts memory allocated elsewhere. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.take(bytes);
  }

  /** Gives back all it took: nothing allocated through it is in use any more. */
  release(): void {
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
  }
}
