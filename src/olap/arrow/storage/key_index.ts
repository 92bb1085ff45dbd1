import type { ColumnVector } from "../../../types/mod.ts";
import type { PositionList } from "./position_list.ts";

/** Where the row of each key lies. Belongs to the writer; queries do not see it. */
export interface KeyIndex {
  /**
   * Puts in keys of rows that lie at `first`, `first + 1`, …; the positions that rows of these keys had before go to `former`.
   *
   * @param keys The key columns of the rows, in key order.
   */
  put(keys: readonly ColumnVector[], rowCount: number, first: number, former: PositionList): void;

  /** Gives the positions of those keys that are in the index to `found`. */
  find(keys: readonly ColumnVector[], rowCount: number, found: PositionList): void;

  /** Takes keys out; the positions of their rows go to `former`. */
  remove(keys: readonly ColumnVector[], rowCount: number, former: PositionList): void;
}
