import type { PreparedStatement } from "./prepared_statement.ts";

/** Statements a connection keeps prepared; preparing costs some 30 µs, six times a point read. */
const STATEMENTS_MAX = 256;

/**
 * Prepared statements by text, bounded by dropping the one used longest ago. A use costs one map lookup and one store; the search
 * for the oldest is paid on insertion, beside the cost of preparing.
 */
export class StatementCache {
  readonly #statements = new Map<string, PreparedStatement>();
  #uses = 0;

  get(sql: string): PreparedStatement | undefined {
    const statement = this.#statements.get(sql);
    if (statement !== undefined) statement.lastUse = ++this.#uses;
    return statement;
  }

  set(sql: string, statement: PreparedStatement): void {
    if (this.#statements.size >= STATEMENTS_MAX) this.#dropOldest();
    statement.lastUse = ++this.#uses;
    this.#statements.set(sql, statement);
  }

  clear(): void {
    this.#statements.clear();
  }

  #dropOldest(): void {
    let oldest: string | undefined;
    let oldestUse = Infinity;
    for (const [sql, statement] of this.#statements) {
      if (statement.lastUse < oldestUse) {
        oldest = sql;
        oldestUse = statement.lastUse;
      }
    }
    if (oldest !== undefined) this.#statements.delete(oldest);
  }
}
