/**
 * Groups of reasons a statement is not taken on, for statistics:
 * `table` not in the mirror · `name` unknown or ambiguous · `construct` of SQL · `function` · `volatile` result ·
 * `type` mixed or converted in a way that is not reproduced · `collation` · `order` that SQLite leaves open ·
 * `aggregate` · `window` · `subquery` · `recursion` · `limit` of size.
 */
export type DeclineCause =
  | "table"
  | "name"
  | "construct"
  | "function"
  | "volatile"
  | "type"
  | "collation"
  | "order"
  | "aggregate"
  | "window"
  | "subquery"
  | "recursion"
  | "limit";

/** Leaves the analysis (or a translation built on it) from any depth; caught where the public function returns a decline. */
export class Unanalysable extends Error {
  override readonly name = "Unanalysable";
  readonly reason: string;
  readonly declineCause: DeclineCause;

  /** @param reason Completes "declined: …". */
  constructor(declineCause: DeclineCause, reason: string) {
    super(reason);
    this.reason = reason;
    this.declineCause = declineCause;
  }
}
