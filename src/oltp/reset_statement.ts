import type { ExactValue } from "../types/mod.ts";
import type { DriverStatement } from "./driver.ts";

/**
 * All rows of a statement, which is reset afterwards. The driver itself leaves two kinds of statements half-way, an EXPLAIN and one that
 * failed: their connection would go on reading the state it reads now for ever. Its call for one row resets what it ran.
 */
export function allRows(driver: DriverStatement, explain: boolean, values: readonly ExactValue[]): ExactValue[][] {
  try {
    const rows = driver.all(values);
    if (explain) driver.get(values);
    return rows;
  } catch (error) {
    try {
      driver.get(values);
    } catch {
      // Only the reset is wanted; the first failure is the one to report.
    }
    throw error;
  }
}
