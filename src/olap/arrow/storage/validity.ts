import { bitmapBytes, clearBit, hasBit, setBits } from "./bitmap.ts";
import { grownLength, sharedArray } from "./shared_memory.ts";

/**
 * Which values of a growing column are NULL. Invariant: bits beyond the last value are set, so that only NULLs cost anything.
 */
export class Validity {
  #bits: Uint8Array | null = null;
  #nullCount = 0;
  #markedNullCount = 0;

  get nullCount(): number {
    return this.#nullCount;
  }

  /** Bits as Arrow has them, `null` while no value is NULL. */
  get bits(): Uint8Array | null {
    return this.#nullCount === 0 ? null : this.#bits;
  }

  /** Makes room for `length` values. */
  reserve(length: number): void {
    const bits = this.#bits;
    const bytes = bitmapBytes(length);
    if (bits === null || bytes <= bits.length) return;
    const longer = sharedArray(Uint8Array, grownLength(bits.length, bytes));
    longer.set(bits);
    longer.fill(0xff, bits.length);
    this.#bits = longer;
  }

  /** Makes the value at a position NULL; room for `length` values is needed. */
  clear(position: number, length: number): void {
    if (this.#bits === null) {
      this.#bits = sharedArray(Uint8Array, grownLength(0, bitmapBytes(length)));
      this.#bits.fill(0xff);
    }
    clearBit(this.#bits, position);
    this.#nullCount++;
  }

  /** Takes in the values from `first` on; `nulls` holds 1 where one is NULL. */
  append(nulls: Uint8Array | null, first: number, count: number): void {
    this.reserve(first + count);
    if (nulls === null) return;
    for (let row = 0; row < count; row++) {
      if (nulls[row] !== 0) this.clear(first + row, first + count);
    }
  }

  isNull(position: number): boolean {
    return this.#nullCount > 0 && !hasBit(this.#bits!, position);
  }

  /** Remembers the present state for {@linkcode Validity.restore}. */
  mark(): void {
    this.#markedNullCount = this.#nullCount;
  }

  /** Forgets what came after the mark: the values from `first` on, of which a failed step may have added any number. */
  restore(first: number): void {
    if (this.#bits !== null) setBits(this.#bits, first, this.#bits.length * 8);
    this.#nullCount = this.#markedNullCount;
  }
}
