import { RheiError } from "../errors/mod.ts";
import type { EngineObserver } from "../metrics/mod.ts";
import type { OltpTransaction } from "../oltp/mod.ts";
import type { Route } from "../router/mod.ts";
import { locateFailure } from "./locate_failure.ts";

/** What is known of a statement that ended. */
export interface StatementRun {
  /** `null` for several statements of which it is not known which failed. */
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

  /** A statement succeeded on an engine. Its parts come one by one: a point read would feel an object made for them. */
  succeeded(text: string | null, kind: string, route: Route, engine: string, startedMs: number): void {
    if (this.#observer === null) return;
    this.#observer.statement({ kind, route, engine, outcome: "ok", durationMs: performance.now() - startedMs, text });
  }

  /** Throws a statement's failure again, pointing at the place in its text where that can be told. */
  async failed(error: unknown, { text, kind, route, startedMs }: StatementRun, reader?: Reader): Promise<never> {
    try {
      if (text === null) throw error;
      return await this.locate(error, text, reader);
    } catch (located) {
      this.count(located, { text, kind, route, startedMs });
      throw located;
    }
  }

  /** Tells the observer alone of a failure. */
  count(error: unknown, { text, kind, route, startedMs }: StatementRun): void {
    if (this.#observer === null) return;
    const durationMs = performance.now() - startedMs;
    this.#observer.statement({ kind, route, engine: "none", outcome: codeOf(error), durationMs, text });
  }

  /** Throws the failure of a text that was not run again, pointing at its place. */
  async locate(error: unknown, text: string, reader: Reader = this.#reader()): Promise<never> {
    throw await locateFailure(error, text, (sql, params = []) => reader.query(sql, params));
  }
}
