/** A growing list of positions. */
export class PositionList {
  #positions = new Int32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(position: number): void {
    if (this.#length === this.#positions.length) {
      const longer = new Int32Array(this.#length * 2);
      longer.set(this.#positions);
      this.#positions = longer;
    }
    this.#positions[this.#length++] = position;
  }

  /** The positions added; good until the next one is. */
  values(): Int32Array {
    return this.#positions.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}
