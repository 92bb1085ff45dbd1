import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../errors/mod.ts";
import type { ExactValue, RowSet } from "../types/mod.ts";
import { ReaderThread } from "./reader_thread.ts";
import { cancelled, clientClosed } from "./refusals.ts";
import type { StatementText } from "./statement_text.ts";
import { type ReaderReply, type ReaderRequest, type ReaderThreadData, unpackRows } from "./worker_protocol.ts";

/** Background reads that run at the same time; more wait in order. */
const THREADS_MAX = 2;
/** How long an interrupted read may take to stop before its thread is given up. SQLite looks at the interruption all the time. */
const INTERRUPT_MS_MAX = 2000;

/** Runs reads on threads of their own, started when first needed. */
export class BackgroundReads {
  readonly #data: ReaderThreadData;
  readonly #idle: ReaderThread[] = [];
  readonly #busy = new Set<ReaderThread>();
  readonly #replies = new Set<Promise<ReaderReply>>();
  readonly #waiters: (() => void)[] = [];
  #closed = false;

  constructor(data: ReaderThreadData) {
    this.#data = data;
  }

  /**
   * Runs a statement.
   *
   * @param statement One SELECT or EXPLAIN.
   * @param unsafeText As in {@linkcode ReaderRequest}.
   * @throws {RheiError} `CANCELLED` soon after `signal` aborts; what the statement fails with otherwise.
   */
  async read(
    statement: StatementText,
    values: readonly ExactValue[],
    unsafeText: string | null,
    signal: AbortSignal | undefined,
  ): Promise<RowSet> {
    const thread = await this.#takeThread(signal);
    const { text: sql, class: { kind } } = statement;
    const request: ReaderRequest = { kind: "read", sql, materialize: kind === "select", values, unsafeText };
    const reply = thread.ask(request).finally(() => {
      this.#replies.delete(reply);
      this.#giveBack(thread);
    });
    this.#replies.add(reply);
    const answer = await (signal === undefined ? reply : orAborted(reply, thread, signal));
    invariant(answer.kind === "rows", "a read is answered with rows");
    return { columns: answer.columns, rows: unpackRows(answer.rows) };
  }

  /** Interrupts what is under way, which fails, and ends the threads. A thread ended in the midst of a statement would go on with it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const thread of this.#busy) thread.interrupt();
    const replies = Promise.allSettled(this.#replies);
    await Promise.race([replies, sleep(INTERRUPT_MS_MAX, undefined, { ref: false })]);
    const stopping = [...this.#busy].map((thread) => thread.terminate());
    await Promise.all([...this.#idle.map((thread) => thread.close()), ...stopping]);
  }

  async #takeThread(signal: AbortSignal | undefined): Promise<ReaderThread> {
    while (this.#busy.size >= THREADS_MAX && !signal?.aborted) await this.#wait(signal);
    if (signal?.aborted) throw cancelled();
    if (this.#closed) throw clientClosed();
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

  #giveBack(thread: ReaderThread): void {
    this.#busy.delete(thread);
    if (thread.isAlive) this.#idle.push(thread);
    this.#waiters.shift()?.();
  }
}

/** The reply, or `CANCELLED` as soon as the signal aborts; the thread is free again when it has stopped. */
async function orAborted(reply: Promise<ReaderReply>, thread: ReaderThread, signal: AbortSignal): Promise<ReaderReply> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  let giveUp: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    reject(cancelled());
    thread.interrupt();
    giveUp = setTimeout(() => void thread.terminate(), INTERRUPT_MS_MAX);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  const settled = reply.finally(() => {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(giveUp);
  });
  return Promise.race([settled, aborted]);
}
