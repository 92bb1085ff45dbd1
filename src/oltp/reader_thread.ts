import { Worker } from "node:worker_threads";
import { RheiError } from "../errors/mod.ts";
import { threadEntry, ThreadReplies } from "../types/mod.ts";
import {
  type ReaderReply,
  type ReaderRequest,
  type ReaderThreadData,
  type ReaderWorkerData,
  unpackFailure,
} from "./worker_protocol.ts";

interface Pending {
  readonly resolve: (reply: ReaderReply) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that reads, seen from outside. It keeps the process alive only while it owes an answer. */
export class ReaderThread {
  readonly #worker: Worker;
  readonly #replies = new ThreadReplies<ReaderReply>((reply) => this.#settle(reply));
  readonly #pending: Pending[] = [];
  #ended: Error | undefined;

  constructor(data: ReaderThreadData) {
    const workerData: ReaderWorkerData = { ...data, replies: this.#replies.outlet };
    this.#worker = new Worker(threadEntry(new URL("./reader_worker.ts", import.meta.url)), {
      workerData,
      transferList: [workerData.replies.port],
    });
    this.#worker.unref();
    this.#worker.on("error", (error: Error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(undefined));
  }

  /** Whether requests are still answered. */
  get isAlive(): boolean {
    return this.#ended === undefined;
  }

  /** Sends a request; requests are answered in order. */
  ask(request: ReaderRequest): Promise<ReaderReply> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#worker.ref();
      this.#replies.expect();
      this.#worker.postMessage(request);
    });
  }

  /** Makes the read under way fail. */
  interrupt(): void {
    this.#worker.postMessage({ kind: "interrupt" } satisfies ReaderRequest);
  }

  /** Ends the thread at once; what it owes is rejected, and its connections may stay open as long as the process lives. */
  async terminate(): Promise<void> {
    this.#end(undefined);
    await this.#worker.terminate();
  }

  /** Ends the thread once it has answered and closed its connections. */
  async close(): Promise<void> {
    // One that has ended already, or fails to close them, is beyond help.
    await this.ask({ kind: "close" }).catch(() => {});
    await this.terminate();
  }

  #settle(reply: ReaderReply): void {
    const pending = this.#pending.shift();
    if (this.#pending.length === 0) this.#worker.unref();
    if (reply.kind === "failed") pending?.reject(unpackFailure(reply.failure));
    else pending?.resolve(reply);
  }

  #end(cause: Error | undefined): void {
    this.#ended ??= new RheiError(
      "CLOSED",
      "Cannot read: the reader thread has ended",
      cause === undefined ? {} : { cause },
    );
    for (const pending of this.#pending.splice(0)) pending.reject(this.#ended);
    this.#replies.close();
  }
}
