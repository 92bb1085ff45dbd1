import { cancelled } from "./cancellable_query.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";

/**
 * Queries that run at once. Each holds a thread of the runtime's pool, of which Node has four: the writer must always find
 * one. DuckDB spreads every query over all cores anyway.
 */
const CONNECTIONS_MAX = 3;

/** Read connections, opened when first needed and kept. */
export class ConnectionPool {
  readonly #open: () => Promise<DuckdbConnection>;
  readonly #idle: DuckdbConnection[] = [];
  readonly #waiting: (() => void)[] = [];
  #free = CONNECTIONS_MAX;

  constructor(open: () => Promise<DuckdbConnection>) {
    this.#open = open;
  }

  /**
   * Runs `body` with a connection of its own; more than {@linkcode CONNECTIONS_MAX} wait in order.
   *
   * @throws {RheiError} `CANCELLED` when `signal` aborts while waiting.
   */
  async use<T>(body: (connection: DuckdbConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      const connection = this.#idle.pop() ?? await this.#open();
      try {
        return await body(connection);
      } finally {
        this.#idle.push(connection);
      }
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    while (this.#free === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      signal?.addEventListener("abort", resolve as () => void, { once: true });
      await promise;
      signal?.removeEventListener("abort", resolve as () => void);
      if (signal?.aborted) {
        const position = this.#waiting.indexOf(resolve);
        if (position >= 0) this.#waiting.splice(position, 1);
        else this.#waiting.shift()?.(); // it had been its turn: pass it on
        break;
      }
    }
    if (signal?.aborted) throw cancelled(signal);
    this.#free--;
  }
}
