import type { EngineObserver } from "../metrics/mod.ts";
import type { Route } from "../router/mod.ts";
import { LruCache } from "./lru_cache.ts";
import { type AnalyzedStatement, analyzeStatement } from "./statement.ts";
import type { StatementOutcomes } from "./statement_outcomes.ts";

/** Statement texts whose analysis is kept. */
const STATEMENTS_KEPT_MAX = 1_000;

/** Keeps what was learned of statement texts. */
export class StatementCache {
  readonly #statements = new LruCache<string, AnalyzedStatement>(STATEMENTS_KEPT_MAX);
  readonly #observer: EngineObserver | null;
  readonly #outcomes: StatementOutcomes;

  constructor(observer: EngineObserver | null, outcomes: StatementOutcomes) {
    this.#observer = observer;
    this.#outcomes = outcomes;
  }

  /**
   * @param route Where it was to go, for statistics of texts that are no SQL.
   * @throws {RheiError} `SQL_SYNTAX`, counted.
   */
  analyzed(sql: string, route: Route): AnalyzedStatement {
    const known = this.#statements.get(sql);
    this.#observer?.cacheUsed("statement", known !== undefined);
    if (known !== undefined) return known;
    const startedMs = performance.now();
    try {
      const statement = analyzeStatement(sql);
      this.#statements.set(sql, statement);
      return statement;
    } catch (error) {
      this.#outcomes.count(error, { text: sql, kind: "other", route, startedMs });
      throw error;
    }
  }
}
