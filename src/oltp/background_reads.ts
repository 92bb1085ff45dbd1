import { invariant, RheiError } from "../errors/mod.ts";
import type { ExactValue, RowSet } from "../types/mod.ts";
import { ReaderThread } from "./reader_thread.ts";
import type { StatementText } from "./statement_text.ts";
import { type ReaderThreadData, unpackRows } from "./worker_protocol.ts";

/** Background reads that run at the same time; more wait in order. */
const THREADS_MAX = 2;
/** How long an interrupted read may take to stop before its thread is given up. SQLite looks at the interruption all the time. */
const INTERRUPT_MS_MAX = 50;

/** Runs reads on threads of their own, started when first needed. */
export class BackgroundReads {
  readonly #data: ReaderThreadData;
  readonly #idle: ReaderThread[] = [];
  readonly #busy = new Set<ReaderThread>();
  readonly #waiters: (() => void)[] = [];

  constructor(data: ReaderThreadData) {
    this.#data = data;
  }

  /**
   * Runs a statement.
   *
   * @param statement One SELECT or EXPLAIN.
   * @throws {RheiError} `CANCELLED` soon after `signal` aborts; what the statement fails with otherwise.
   */
  async read(
    statement: StatementText,
    values: readonly ExactValue[],
    signal: AbortSignal | undefined,
  ): Promise<RowSet> {
    const thread = await this.#takeThread(signal);
    try {
      return await this.#readOn(thread, statement, values, signal);
    } finally {
      this.#busy.delete(thread);
      if (thread.isAlive) this.#idle.push(thread);
      this.#waiters.shift()?.();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map((thread) => thread.terminate()));
  }

  async #takeThread(signal: AbortSignal | undefined): Promise<ReaderThread> {
    while (this.#busy.size >= THREADS_MAX && !signal?.aborted) await this.#wait(signal);
    if (signal?.aborted) throw cancelled();
    const thread = this.#idle.pop() ?? new ReaderThread(this.#data);
    this.#busy.add(thread);
    return thread;
  }

  /** Waits until a thread may be free. */
  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiters.splice(this.#waiters.indexOf(enter), 1);
        reject(cancelled());
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiters.push(enter);
    });
  }

  async #readOn(
    thread: ReaderThread,
    statement: StatementText,
    values: readonly ExactValue[],
    signal: AbortSignal | undefined,
  ): Promise<RowSet> {
    const { text: sql, class: { kind } } = statement;
    const materialize = kind === "select";
    let stop: ReturnType<typeof setTimeout> | undefined;
    const onAbort = () => {
      thread.interrupt();
      stop = setTimeout(() => void thread.terminate(), INTERRUPT_MS_MAX);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const reply = await thread.ask({ kind: "read", sql, materialize, values });
      invariant(reply.kind === "rows", "a read is answered with rows");
      return { columns: reply.columns, rows: unpackRows(reply.rows) };
    } catch (error) {
      throw signal?.aborted ? cancelled() : error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(stop);
    }
  }
}

/** The failure of a read whose signal aborted. */
export function cancelled(): RheiError {
  return new RheiError("CANCELLED", "The query was cancelled");
}
