import { RheiError } from "../errors/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpTransaction } from "../oltp/mod.ts";
import type { Route } from "../router/mod.ts";
import { locateFailure } from "./locate_failure.ts";

/** What is known of a statement that failed. */
export interface FailedStatement {
  /** `null` when it is not known which of several failed. */
  readonly text: string | null;
  readonly kind: string;
  readonly route: Route;
  /** By `performance.now()`. */
  readonly startedMs: number;
}

/** The code of an error, for statistics. */
export function codeOf(error: unknown): string {
  return error instanceof RheiError ? error.code : "OTHER";
}

/** What reads the database's catalog, to find the place of a failure. */
type Reader = Pick<OltpTransaction, "query">;

/** Tells an observer how statements end, and a statement's user where in its text it failed. */
export class StatementOutcomes {
  readonly #observer: EngineObserver | null;
  readonly #reader: () => Reader;

  /** @param reader Reads as a statement would that comes next. */
  constructor(observer: EngineObserver | null, reader: () => Reader) {
    this.#observer = observer;
    this.#reader = reader;
  }

  /** A statement succeeded on an engine. */
  succeeded(kind: string, route: Route, engine: string, startedMs: number): void {
    if (this.#observer === null) return;
    this.#observer.statement({ kind, route, engine, outcome: "ok", durationMs: performance.now() - startedMs });
  }

  /** Throws a statement's failure again, pointing at the place in its text where that can be told. */
  async failed(error: unknown, { text, kind, route, startedMs }: FailedStatement, reader?: Reader): Promise<never> {
    try {
      if (text === null) throw error;
      return await this.locate(error, text, reader);
    } catch (located) {
      this.count(located, { kind, route, startedMs });
      throw located;
    }
  }

  /** Tells the observer alone of a failure. */
  count(error: unknown, { kind, route, startedMs }: Omit<FailedStatement, "text">): void {
    if (this.#observer === null) return;
    const durationMs = performance.now() - startedMs;
    this.#observer.statement({ kind, route, engine: "none", outcome: codeOf(error), durationMs });
  }

  /** Throws the failure of a text that was not run again, pointing at its place. */
  async locate(error: unknown, text: string, reader: Reader = this.#reader()): Promise<never> {
    throw await locateFailure(error, text, (sql, params = []) => reader.query(sql, params));
  }
}
