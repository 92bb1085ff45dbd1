import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { RowSet } from "../types/mod.ts";
import type { Access, MirrorAccess } from "./mirror_access.ts";
import { readsOf } from "./names_read.ts";
import type { QueryCall } from "./query_call.ts";
import type { AnalyzedStatement } from "./statement.ts";

/** How long a query waits for the mirror, at least, before libSQL begins to answer it too, in milliseconds. */
const PATIENCE_MS = 250;

/** The same, at most. */
const PATIENCE_MS_MAX = 5_000;

/** Rows libSQL visits in a millisecond, roughly. */
const ROWS_PER_MS = 2_000;

/** Why libSQL answered what the mirror was waited for. */
const WAITED_LONG = "the mirror takes long to catch up: libSQL was ready first";

/** Rows that libSQL gave while the mirror was waited for, and why they are the answer. */
export interface SourceAnswer {
  readonly answer: RowSet;
  readonly reason: string;
}

/** Waits for the mirror about as long as libSQL would have taken to answer, and has libSQL begin too after that. */
export class PatientAccess {
  readonly #access: MirrorAccess;
  readonly #oltp: OltpClient;
  readonly #hasLoop: () => boolean;
  readonly #observer: EngineObserver | null;

  /** @param hasLoop Whether something moves the mirror besides the queries that wait for it. */
  constructor(access: MirrorAccess, oltp: OltpClient, hasLoop: () => boolean, observer: EngineObserver | null) {
    this.#access = access;
    this.#oltp = oltp;
    this.#hasLoop = hasLoop;
    this.#observer = observer;
  }

  /**
   * The mirror once it is fresh enough, why it cannot answer, or libSQL's answer: whichever is ready first, so that a query is not held up
   * by what others need. It fails only where neither can answer. Where there is no loop the query itself is what moves the mirror, and
   * waits.
   */
  async mirrorOrAnswer(statement: AnalyzedStatement, call: QueryCall): Promise<Access | SourceAnswer> {
    const access = this.#access.fresh(call, (catalog) => readsOf(statement, catalog));
    const { route, freshness, signal, analysis } = call;
    const alone = !this.#hasLoop() || !this.#oltp.capabilities.backgroundReads;
    // What is analysed is wanted from the engine that it goes to.
    if (alone || route !== "auto" || freshness.kind === "any" || analysis !== undefined) return access;
    if (await isSettledWithin(access, patienceMs(statement))) return access;
    const unwanted = new AbortController();
    const libsql = this.#oltp.readInBackground(statement.text, call.params, {
      signal: signal === undefined ? unwanted.signal : AbortSignal.any([signal, unwanted.signal]),
    });
    const answer = libsql.then((rows): SourceAnswer => ({ answer: rows, reason: WAITED_LONG }));
    const orMirror = answer.catch((error) => {
      if (signal?.aborted) throw error;
      return access;
    });
    try {
      const first = await Promise.race([access, orMirror]);
      if ("mirror" in first) return first;
      if ("answer" in first) {
        this.#observer?.routed("oltp", "waiting");
        return first;
      }
      // Its read is under way, or has failed for good.
      const late = { ...await answer, reason: first.obstacle.reason };
      this.#observer?.declined(first.obstacle.cause);
      this.#observer?.routed("oltp", "declined");
      return late;
    } finally {
      unwanted.abort();
      // Whichever came second is not wanted any more.
      access.catch(() => {});
      orMirror.catch(() => {});
    }
  }
}

/** How long libSQL would take for a statement, roughly, within bounds. */
function patienceMs({ estimate }: AnalyzedStatement): number {
  const rows = estimate?.cost?.rowsVisited ?? 0;
  return Math.min(PATIENCE_MS_MAX, Math.max(PATIENCE_MS, rows / ROWS_PER_MS));
}

/** Whether a promise is fulfilled or rejected before so much time has passed. */
async function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = promise.then(() => true, () => true);
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
  const outcome = await Promise.race([settled, late]);
  clearTimeout(timer);
  return outcome;
}
