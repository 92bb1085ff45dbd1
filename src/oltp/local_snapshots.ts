import { availableParallelism } from "node:os";
import { retryWhileBusy } from "./busy_retry.ts";
import type { Connection } from "./connection.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import { LocalSnapshot } from "./local_snapshot.ts";
import { openReader } from "./open_connections.ts";
import { ReaderThread } from "./reader_thread.ts";
import { tooManyCommits } from "./refusals.ts";
import type { ReaderThreadData } from "./worker_protocol.ts";

/** Idle connections kept open. */
const SPARE_CONNECTIONS_MAX = 2;
/** Threads of a columnar scan: more would wait for the one that takes the batches. */
const SCAN_THREADS_MAX = 4;
/** Attempts to find a moment without commits before writers are held off, and where they cannot be. */
const PIN_ATTEMPTS_MAX = 3;
const PIN_ATTEMPTS_MAX_READ_ONLY = 100;

/** What snapshots have to know of writers. */
export interface Writers {
  /** Changes with every commit. */
  dataVersion(): Promise<number | null>;
  /** Keeps others from committing until it is rolled back. */
  holdOff(): Promise<{ rollback(): Promise<void> }>;
}

/** The snapshots of a local client. */
export class LocalSnapshots {
  readonly #threadData: ReaderThreadData;
  readonly #facts: DatabaseFacts;
  readonly #writers: Writers;
  readonly #spare: Connection[] = [];
  readonly #open = new Set<LocalSnapshot>();
  #isClosing = false;

  constructor(threadData: ReaderThreadData, facts: DatabaseFacts, writers: Writers) {
    this.#threadData = threadData;
    this.#facts = facts;
    this.#writers = writers;
  }

  /** A snapshot on a connection of its own, and on threads if it is to be scanned. */
  async open(isScanned: boolean): Promise<LocalSnapshot> {
    const { path, readOnly } = this.#threadData;
    const connection = this.#spare.pop() ?? openReader(path, readOnly, this.#facts);
    const threadCount = isScanned ? Math.min(availableParallelism(), SCAN_THREADS_MAX) : 0;
    const threads = Array.from({ length: threadCount }, () => new ReaderThread(this.#threadData));
    try {
      await this.#pin(connection, threads);
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.close()));
      connection.close();
      throw error;
    }
    return this.lend(connection, threads, () => {
      if (this.#spare.length < SPARE_CONNECTIONS_MAX && !this.#isClosing) this.#spare.push(connection);
      else connection.close();
    });
  }

  /** A snapshot on a connection that is in a read transaction, and taken back by `onClose` when it has left that. */
  lend(connection: Connection, threads: readonly ReaderThread[], onClose: () => void): LocalSnapshot {
    const snapshot: LocalSnapshot = new LocalSnapshot(connection, threads, () => {
      this.#open.delete(snapshot);
      onClose();
    });
    this.#open.add(snapshot);
    return snapshot;
  }

  /** Ends the snapshots that are open. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const snapshot of [...this.#open]) await snapshot.close();
  }

  /** Closes what is kept for the next snapshot; to be called after the last checkpoint. */
  closeSpare(): void {
    for (const connection of this.#spare) connection.close();
  }

  /**
   * Begins read transactions that all see the same state. The data version tells whether another commit came in between; when that
   * happens again and again, writers are held off for the moment it takes.
   */
  async #pin(connection: Connection, threads: readonly ReaderThread[]): Promise<void> {
    if (threads.length === 0) return this.#pinOne(connection);
    const { readOnly } = this.#threadData;
    const attemptsMax = readOnly ? PIN_ATTEMPTS_MAX_READ_ONLY : PIN_ATTEMPTS_MAX;
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const before = await this.#writers.dataVersion();
      await this.#pinOne(connection);
      await Promise.all(threads.map((thread) => thread.ask({ kind: "pin" })));
      if (await this.#writers.dataVersion() === before) return;
      connection.control("ROLLBACK");
      await Promise.all(threads.map((thread) => thread.ask({ kind: "unpin" })));
    }
    if (readOnly) throw tooManyCommits();
    const holdingOff = await this.#writers.holdOff();
    try {
      await this.#pinOne(connection);
      await Promise.all(threads.map((thread) => thread.ask({ kind: "pin" })));
    } finally {
      await holdingOff.rollback();
    }
  }

  async #pinOne(connection: Connection): Promise<void> {
    connection.control("BEGIN");
    // BEGIN alone does not fix the state, the first read does.
    const step = () => connection.scalar("select 1 from sqlite_schema limit 1");
    try {
      step();
    } catch (error) {
      await retryWhileBusy(connection, error, step, this.#threadData.busyTimeoutMs);
    }
  }
}
