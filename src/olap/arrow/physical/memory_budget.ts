import { RheiError } from "../../../errors/mod.ts";

/** Counts what a statement holds, so that one that needs too much ends with an error and not with the process. */
export class MemoryBudget {
  readonly limitBytes: number;
  /** Units used by all threads of the statement. */
  readonly #used: Int32Array;
  /** Bytes used by this thread beyond whole units. */
  #restBytes = 0;

  /** @param used A cell that all threads of the statement count in, in units of {@linkcode UNIT_BYTES}. */
  constructor(limitBytes: number, used: Int32Array = new Int32Array(1)) {
    this.limitBytes = limitBytes;
    this.#used = used;
  }

  /**
   * Takes in memory about to be allocated.
   *
   * @throws {RheiError} `SQL_ERROR` when the statement would hold more than allowed.
   */
  take(bytes: number): void {
    const units = this.#add(bytes);
    if (units * UNIT_BYTES <= this.limitBytes) return;
    const limit = Math.round(this.limitBytes / 2 ** 20);
    throw new RheiError("SQL_ERROR", `Cannot run the query in memory: it needs more than ${limit} MiB`, {
      hint: "Raise --memory-limit, or let libSQL run it with --route oltp",
    });
  }

  release(bytes: number): void {
    this.#add(-bytes);
  }

  #add(bytes: number): number {
    const whole = Math.floor((this.#restBytes + bytes) / UNIT_BYTES);
    this.#restBytes += bytes - whole * UNIT_BYTES;
    return Atomics.add(this.#used, 0, whole) + whole;
  }
}

/** Bytes of the unit that memory is counted in: in 31 bits far more than there is. */
const UNIT_BYTES = 1024;
