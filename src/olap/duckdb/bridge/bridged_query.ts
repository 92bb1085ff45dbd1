import type { ResultColumn } from "../../../types/mod.ts";
import type { Exclusion } from "./empty_arm.ts";

/**
 * How to read a physical result column of DuckDB back into SQLite values: `integer` is BIGINT, `real` DOUBLE, `number` DOUBLE
 * read by `numberToExact`, `text` VARCHAR, `blob` BLOB, `null` anything that is always NULL. `tagged` takes two physical columns,
 * DOUBLE and BOOLEAN: INTEGER where the second is true.
 */
export type OutputColumn = { readonly class: "integer" | "real" | "number" | "text" | "blob" | "null" | "tagged" };

/** A statement rewritten for DuckDB, giving SQLite's answer. */
export interface BridgedQuery {
  readonly kind: "bridged";
  /** DuckDB SQL with parameters written as literals. */
  readonly sql: string;
  readonly columns: readonly ResultColumn[];
  /** One per entry of `columns`, in order. */
  readonly outputs: readonly OutputColumn[];
  /**
   * Set for ORDER BY … LIMIT whose order may tie: the SQL fetches one row more than `rows` and ends with `keyColumns` extra
   * physical columns, the sort keys. If the keys of the last kept row and of the extra row are equal, SQLite is free to keep
   * the other one: a runtime decline.
   */
  readonly tieGuard: { readonly rows: number; readonly keyColumns: number } | null;
  /** What the data must keep to for the SQL to hold, besides the bounds that were asked for. */
  readonly exclusions: readonly Exclusion[];
  /** Mirror tables read, lower case. */
  readonly tables: readonly string[];
}

/** Why a statement cannot be rewritten with certainty. */
export interface BridgeDecline {
  readonly kind: "declined";
  readonly reason: string;
  /** Groups reasons for statistics. */
  readonly cause: string;
}
