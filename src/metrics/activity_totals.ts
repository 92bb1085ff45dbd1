import type { StatementObservation, SyncObservation } from "./engine_observer.ts";

/** Statements that took longer are remembered, in milliseconds. */
const SLOW_MS = 100;

/** Slow statements remembered. */
const SLOW_MAX = 50;

/** Characters of a statement's text that are kept. */
const TEXT_MAX = 1_000;

/** A statement that took long. */
export interface SlowStatement {
  /** As written, without the values of its parameters; at most 1,000 characters. `null` for a batch. */
  readonly text: string | null;
  /** Engine that answered: `libsql` or the mirror's backend; `none` when it failed before one did. */
  readonly engine: string;
  /** `ok`, or the code of the error it failed with. */
  readonly outcome: string;
  /** From the call to the answer. */
  readonly durationMs: number;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** What a process has done with a database since it opened it. */
export interface ActivityTotals {
  /** Statements that succeeded, by the engine that answered. */
  readonly statements: Readonly<Record<string, number>>;
  /** Statements that failed. */
  readonly failedStatements: number;
  /** SELECTs the mirror could not answer. */
  readonly declined: number;
  /** Changes the mirror has taken over. */
  readonly changesApplied: number;
  /** Syncs that succeeded. */
  readonly syncs: number;
  /** Syncs that failed. */
  readonly failedSyncs: number;
  /** The latest that took longer than 100 ms, newest first, at most 50. */
  readonly slowStatements: readonly SlowStatement[];
}

/** Sums up what an engine does, and remembers what took it long. */
export class ActivityLog {
  readonly #statements = new Map<string, number>();
  readonly #slow: SlowStatement[] = [];
  #failedStatements = 0;
  #declined = 0;
  #changesApplied = 0;
  #syncs = 0;
  #failedSyncs = 0;

  statement({ engine, outcome, durationMs, text }: StatementObservation): void {
    if (outcome === "ok") this.#statements.set(engine, (this.#statements.get(engine) ?? 0) + 1);
    else this.#failedStatements++;
    if (durationMs < SLOW_MS) return;
    if (this.#slow.length === SLOW_MAX) this.#slow.shift();
    this.#slow.push({ text: text?.slice(0, TEXT_MAX) ?? null, engine, outcome, durationMs, endedAtMs: Date.now() });
  }

  declined(): void {
    this.#declined++;
  }

  synced({ changes }: SyncObservation): void {
    this.#syncs++;
    this.#changesApplied += changes;
  }

  syncFailed(): void {
    this.#failedSyncs++;
  }

  /** As of now. */
  totals(): ActivityTotals {
    return {
      statements: Object.fromEntries(this.#statements),
      failedStatements: this.#failedStatements,
      declined: this.#declined,
      changesApplied: this.#changesApplied,
      syncs: this.#syncs,
      failedSyncs: this.#failedSyncs,
      slowStatements: this.#slow.toReversed(),
    };
  }
}
