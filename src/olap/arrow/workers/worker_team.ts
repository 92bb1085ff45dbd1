import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { RheiError } from "../../../errors/mod.ts";
import { seal, threadEntry, ThreadReplies } from "../../../types/mod.ts";
import { sharedArray } from "../storage/shared_memory.ts";
import type { PlanProfile } from "../plan/plan_tree.ts";
import type { TableSnapshot } from "../storage/table_snapshot.ts";
import type { PackedColumns } from "./packed_columns.ts";
import {
  CONTROL,
  type Failure,
  type TeamReply,
  type TeamRequest,
  type TeamThreadData,
  unpackFailure,
} from "./team_protocol.ts";

/** What a team is to run. */
export interface TeamStatement
  extends Omit<Extract<TeamRequest, { readonly kind: "run" }>, "kind" | "number" | "tables"> {
  readonly tables: ReadonlyMap<string, TableSnapshot>;
}

/** How long a cancelled statement may take to end by itself; then its threads are ended. */
const GRACE_MS = 1000;

/** A statement's rows, and what its operators did if that was asked for. */
export interface TeamAnswer {
  readonly rows: PackedColumns;
  readonly profile: PlanProfile | null;
}

interface Pending {
  readonly resolve: (answer: TeamAnswer) => void;
  readonly reject: (error: Error) => void;
  /** Threads that have not answered yet. */
  waiting: number;
  answer: TeamAnswer | null;
  failure: Exclude<Failure, { readonly kind: "followed" }> | null;
}

/** A thread, and what it answers. */
interface Member {
  readonly worker: Worker;
  readonly replies: ThreadReplies<TeamReply>;
}

/**
 * Threads that run statements together, one statement at a time. They keep the process alive only while they owe an answer. The first is
 * started for the first statement, the others for the first one that more than one runs: most teams never need them.
 */
export class WorkerTeam {
  readonly #size: number;
  readonly #threads: Member[] = [];
  readonly #control = sharedArray(Int32Array, CONTROL.length);
  #statements = 0;
  #pending: Pending | null = null;
  #ended: Error | null = null;

  /** @param size Threads of a statement that is divided; others are run by one. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Whether it can run statements. */
  get isAlive(): boolean {
    return this.#ended === null;
  }

  /**
   * Runs a statement. To be called again only once the one before has ended.
   *
   * @throws {RheiError} `CANCELLED` when `signal` aborts; what the threads threw otherwise.
   */
  async run(statement: TeamStatement, signal: AbortSignal | undefined): Promise<TeamAnswer> {
    if (this.#ended !== null) throw this.#ended;
    this.#assemble(statement.members);
    this.#control.fill(0);
    const answered = new Promise<TeamAnswer>((resolve, reject) => {
      this.#pending = { resolve, reject, waiting: statement.members, answer: null, failure: null };
    });
    const number = ++this.#statements;
    const request: TeamRequest = { kind: "run", number, ...statement, tables: seal(statement.tables) };
    for (const thread of this.#threads.slice(0, statement.members)) {
      thread.worker.ref();
      thread.replies.expect();
      thread.worker.postMessage(request);
    }
    let grace: ReturnType<typeof setTimeout> | undefined;
    const cancel = () => {
      Atomics.store(this.#control, CONTROL.cancelled, 1);
      grace = setTimeout(() => this.terminate(cancelled(signal)), GRACE_MS);
    };
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted) cancel();
    try {
      return await answered;
    } catch (error) {
      throw signal?.aborted && error instanceof RheiError && error.code === "CANCELLED" ? cancelled(signal) : error;
    } finally {
      signal?.removeEventListener("abort", cancel);
      clearTimeout(grace);
    }
  }

  /** Ends the threads, even in the middle of a statement, which then fails with `error`. */
  async terminate(
    error: Error = new RheiError("CLOSED", "Cannot run the query: the mirror was closed"),
  ): Promise<void> {
    this.#ended ??= error;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
    for (const { replies } of this.#threads) replies.close();
    const pending = this.#pending;
    this.#pending = null;
    pending?.reject(this.#ended);
  }

  /** Starts the threads a statement needs that are not there yet: the first one, or all, which then meet. */
  #assemble(members: number): void {
    if (members <= this.#threads.length) return;
    const count = members === 1 ? 1 : this.#size;
    while (this.#threads.length < count) this.#threads.push(this.#start(this.#threads.length));
    if (count === 1) return;
    const ports = meshOf(count);
    this.#threads.forEach((thread, index) => {
      const own = ports[index]!;
      thread.worker.postMessage(
        { kind: "meet", ports: own } satisfies TeamRequest,
        own.filter((port) => port !== null),
      );
    });
  }

  #start(index: number): Member {
    const replies = new ThreadReplies<TeamReply>((reply) => this.#settle(worker, reply));
    const data: TeamThreadData = { index, control: this.#control, replies: replies.outlet };
    const worker = new Worker(threadEntry(new URL("./team_thread.ts", import.meta.url)), {
      workerData: data,
      transferList: [data.replies.port],
    });
    worker.unref();
    worker.on("error", (error: Error) => {
      const message = `Cannot run the query: a thread has failed: ${error.message}`;
      void this.terminate(new RheiError("OLAP_UNAVAILABLE", message, { cause: error }));
    });
    return { worker, replies };
  }

  #settle(worker: Worker, reply: TeamReply): void {
    worker.unref();
    const pending = this.#pending;
    if (pending === null) return;
    if (reply.kind === "rows") pending.answer = { rows: reply.rows, profile: reply.profile };
    if (reply.kind === "failed" && reply.failure.kind !== "followed") pending.failure ??= reply.failure;
    if (--pending.waiting > 0) return;
    this.#pending = null;
    if (pending.failure !== null) pending.reject(unpackFailure(pending.failure));
    else pending.resolve(pending.answer!);
  }
}

/** A channel between any two threads: for each its ports to the others. */
function meshOf(size: number): (MessagePort | null)[][] {
  const ports: (MessagePort | null)[][] = Array.from({ length: size }, () => new Array(size).fill(null));
  for (let one = 0; one < size; one++) {
    for (let other = one + 1; other < size; other++) {
      const { port1, port2 } = new MessageChannel();
      ports[one]![other] = port1;
      ports[other]![one] = port2;
    }
  }
  return ports;
}

function cancelled(signal: AbortSignal | undefined): RheiError {
  return new RheiError("CANCELLED", "The query was cancelled", { cause: signal?.reason });
}
