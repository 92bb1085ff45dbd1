/** Steps through the history with the arrow keys, and back to what was being typed. */
export class HistoryWalk {
  readonly #entries: readonly string[];
  #at = -1;
  #draft = "";

  /** @param entries Newest first. */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  /** The next older entry, or `null` at the oldest. `typed` is kept when the walk begins. */
  older(typed: string): string | null {
    if (this.#at + 1 >= this.#entries.length) return null;
    if (this.#at < 0) this.#draft = typed;
    this.#at++;
    return this.#entries[this.#at] ?? null;
  }

  /** The next newer entry, at last what was being typed; `null` when there is nothing newer. */
  newer(): string | null {
    if (this.#at < 0) return null;
    this.#at--;
    return this.#at < 0 ? this.#draft : this.#entries[this.#at] ?? null;
  }
}

/** An incremental search through the history, newest first. Case counts only if the query has a capital letter. */
export class HistorySearch {
  readonly #entries: readonly string[];
  #query = "";
  #at = -1;

  /** @param entries Newest first. */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  get query(): string {
    return this.#query;
  }

  /** The entry found, and where in it; `null` when none holds the query. */
  get found(): { readonly text: string; readonly start: number } | null {
    const text = this.#entries[this.#at];
    return text === undefined ? null : { text, start: this.#matchIn(text) };
  }

  /** Searches for another text, from the newest entry on when it is no longer one the entry found holds. */
  refine(query: string): void {
    this.#query = query;
    const text = this.#entries[this.#at];
    if (query === "") this.#at = -1;
    else if (text === undefined || this.#matchIn(text) < 0) this.#at = this.#next(0);
    else this.#at = this.#next(this.#at);
  }

  /** Goes on to the next older entry that holds the query; stays where there is none. */
  older(): void {
    const next = this.#query === "" ? -1 : this.#next(this.#at + 1);
    if (next >= 0) this.#at = next;
  }

  #next(from: number): number {
    return this.#entries.findIndex((text, index) => index >= from && this.#matchIn(text) >= 0);
  }

  #matchIn(text: string): number {
    const exact = this.#query !== this.#query.toLowerCase();
    return exact ? text.indexOf(this.#query) : text.toLowerCase().indexOf(this.#query);
  }
}
