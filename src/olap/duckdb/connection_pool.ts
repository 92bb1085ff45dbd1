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
      this.#leave();
    }
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw cancelled(signal);
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      const position = this.#waiting.indexOf(turn.resolve);
      if (position < 0) return; // its turn has come: the query itself will see the signal
      this.#waiting.splice(position, 1);
      turn.reject(cancelled(signal!));
    };
    this.#waiting.push(turn.resolve);
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      await turn.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Hands the place on to the first in line. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
