/** A map bounded by dropping the entry used longest ago; `Map` keeps insertion order, so re-inserting marks an entry as used. */
export class LruCache<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    // Re-inserting costs more than the lookup: while there is room, recency does not matter.
    if (value !== undefined && this.#entries.size >= this.#entriesMax) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#entriesMax) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest!);
    }
  }
}
