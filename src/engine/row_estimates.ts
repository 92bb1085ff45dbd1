import type { OltpClient } from "../oltp/mod.ts";
import { ROWS_KNOWN_MAX } from "../router/mod.ts";
import { quoteName } from "../sql/mod.ts";

/** How long a count is believed, in milliseconds. A stale one can only misroute, never change an answer. */
const BELIEVED_MS = 10_000;

/** Rows of source tables, counted no further than the router cares to know. */
export class RowEstimates {
  readonly #counts = new Map<string, { readonly rows: number; readonly countedAtMs: number }>();
  readonly #oltp: OltpClient;

  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
  }

  /** Rows of `table`, at most {@linkcode ROWS_KNOWN_MAX}; that many also when they cannot be counted. */
  async rowsOf(table: string): Promise<number> {
    const known = this.#counts.get(table);
    const nowMs = performance.now();
    if (known !== undefined && nowMs - known.countedAtMs < BELIEVED_MS) return known.rows;
    const rows = await this.#count(table);
    this.#counts.set(table, { rows, countedAtMs: nowMs });
    return rows;
  }

  async #count(table: string): Promise<number> {
    try {
      const { rows } = await this.#oltp.query(
        `select count(*) from (select 1 from ${quoteName(table)} limit ${ROWS_KNOWN_MAX})`,
      );
      return Number(rows[0]?.[0] ?? ROWS_KNOWN_MAX);
    } catch {
      // Not a table after all, or gone meanwhile: the statement itself will report that. Unknown counts as many.
      return ROWS_KNOWN_MAX;
    }
  }
}
