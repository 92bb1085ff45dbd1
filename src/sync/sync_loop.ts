import { AsyncResource } from "node:async_hooks";
import { setTimeout } from "node:timers";
import { backOffMs } from "./back_off.ts";
import type { SyncTrouble } from "./sync_report.ts";

/** Looks without anything to do after which the loop tidies up. */
const IDLE_LOOKS = 10;

/** How a {@linkcode SyncLoop} rests. */
export interface SyncLoopOptions {
  /** Longest pause, in milliseconds, to which pauses grow while there is nothing to do; no longer than the interval if that is longer. */
  readonly idleMsMax: number;
  /** When the job was done last, by `performance.now()`, be it for somebody else. Default: never, but by the loop. */
  readonly doneMs?: () => number;
}

/**
 * Repeats a job at an interval, counted from when it was done last, whoever had it done: where queries sync all the time, a loop that
 * synced too would only be in their way. A job that takes longer than the interval gets a pause as long as itself, so that the loop never
 * takes more than half of the time, and what is committed meanwhile is done in one go; after a failure the pauses grow as
 * {@linkcode backOffMs} says.
 */
export class SyncLoop {
  readonly #job: () => Promise<boolean>;
  readonly #tidy: () => Promise<void>;
  readonly #options: SyncLoopOptions;
  readonly #scope = new AsyncResource("rhei.SyncLoop");
  #stopping: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #trouble: SyncTrouble | null = null;
  /** What tidying fails with, which keeps the job from nothing. */
  #tidyTrouble: SyncTrouble | null = null;
  /** When tidying that failed is tried again, by `performance.now()`. */
  #tidyAtMs = 0;
  #failures = 0;
  #pauseMs = 0;
  /** Ends a pause that has grown beyond the interval. */
  #wake: (() => void) | null = null;

  /**
   * @param job Does what there is to do; `false` when there was nothing.
   * @param tidy Runs once after a while without anything to do, and until it succeeds.
   */
  constructor(job: () => Promise<boolean>, tidy: () => Promise<void>, options: SyncLoopOptions) {
    this.#job = job;
    this.#tidy = tidy;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#stopping !== null;
  }

  /** The pause it makes after its job, in milliseconds. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** The last failure, until the next success. */
  get lastError(): Error | null {
    return this.trouble?.error ?? null;
  }

  /** The same, with since when it has been failing. */
  get trouble(): SyncTrouble | null {
    return this.#trouble ?? this.#tidyTrouble;
  }

  /** Failures so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Starts it; if it runs already, only the interval changes. @throws {RangeError} Unless `intervalMs` is positive. */
  start(intervalMs: number): void {
    if (!(intervalMs > 0)) {
      throw new RangeError(`The interval of the loop is a positive number of milliseconds, not ${intervalMs}`);
    }
    const before = this.stop();
    let stop = () => {};
    const stopped = new Promise<void>((resolve) => stop = resolve);
    const control: LoopControl = { stopped: false, wait: (ms, woken) => pause(ms, stopped, woken) };
    this.#stopping = () => {
      control.stopped = true;
      stop();
    };
    // The loop must not run in the context of whoever starts it, a transaction body perhaps.
    this.#running = this.#scope.runInAsyncScope(() => before.then(() => this.#run(intervalMs, control)));
  }

  /** Something was committed: a pause that has grown because nothing was ends now. */
  wake(): void {
    this.#wake?.();
  }

  /** Ends it and waits for a job under way. */
  async stop(): Promise<void> {
    this.#stopping?.();
    this.#stopping = null;
    await this.#running;
  }

  async #run(intervalMs: number, control: LoopControl): Promise<void> {
    this.#pauseMs = intervalMs;
    let idleLooks = 0;
    while (true) {
      await this.#pause(idleLooks, intervalMs, control);
      await this.#awaitTurn(intervalMs, control);
      if (control.stopped) return;
      const startedMs = performance.now();
      try {
        idleLooks = await this.#job() ? 0 : idleLooks + 1;
        this.#trouble = null;
        await this.#tidyIfDue(idleLooks, intervalMs);
        this.#pauseMs = Math.max(this.#restMs(idleLooks, intervalMs), performance.now() - startedMs);
      } catch (thrown) {
        idleLooks = 0;
        this.#trouble = this.#failed(thrown, this.#trouble, startedMs, intervalMs);
        this.#pauseMs = this.#trouble.retryMs;
      }
    }
  }

  /** What fails here is tried again whether there is something to do or not: it is over once it succeeds, and nothing else tells. */
  async #tidyIfDue(idleLooks: number, intervalMs: number): Promise<void> {
    const startedMs = performance.now();
    const isDue = this.#tidyTrouble === null ? idleLooks === IDLE_LOOKS : startedMs >= this.#tidyAtMs;
    if (!isDue) return;
    try {
      await this.#tidy();
      this.#tidyTrouble = null;
    } catch (thrown) {
      this.#tidyTrouble = this.#failed(thrown, this.#tidyTrouble, startedMs, intervalMs);
      this.#tidyAtMs = performance.now() + this.#tidyTrouble.retryMs;
    }
  }

  #failed(thrown: unknown, before: SyncTrouble | null, startedMs: number, intervalMs: number): SyncTrouble {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#failures++;
    const failures = (before?.failures ?? 0) + 1;
    const tookMs = performance.now() - startedMs;
    const retryMs = backOffMs({ error, failures, tookMs }, intervalMs);
    return { error, sinceMs: before?.sinceMs ?? Date.now(), failures, retryMs };
  }

  /** The pause after a job that succeeded. */
  #restMs(idleLooks: number, intervalMs: number): number {
    const grown = idleLooks <= IDLE_LOOKS ? intervalMs : intervalMs * 2 ** Math.min(30, idleLooks - IDLE_LOOKS);
    return Math.max(intervalMs, Math.min(this.#options.idleMsMax, grown));
  }

  /** Lets the interval pass after what others had done, unless the loop has a failure to get over. */
  async #awaitTurn(intervalMs: number, control: LoopControl): Promise<void> {
    const { doneMs } = this.#options;
    while (doneMs !== undefined && this.#trouble === null && !control.stopped) {
      const restMs = doneMs() + intervalMs - performance.now();
      if (restMs <= 0) return;
      await control.wait(restMs, null);
    }
  }

  async #pause(idleLooks: number, intervalMs: number, control: LoopControl): Promise<void> {
    const grown = idleLooks > IDLE_LOOKS && this.#pauseMs > intervalMs;
    const woken = grown ? new Promise<void>((resolve) => this.#wake = resolve) : null;
    await control.wait(this.#pauseMs, woken);
    this.#wake = null;
  }
}

/** What ends a run of the loop. */
interface LoopControl {
  stopped: boolean;
  readonly wait: (ms: number, woken: Promise<void> | null) => Promise<void>;
}

/** Waits, but not beyond `stopped` or `woken`. The timer does not keep the process alive. */
async function pause(ms: number, stopped: Promise<void>, woken: Promise<void> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    stopped,
    ...(woken === null ? [] : [woken]),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      timer.unref();
    }),
  ]);
  clearTimeout(timer);
}
