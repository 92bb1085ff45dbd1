import type { ExactValue } from "../types/mod.ts";
import type { DriverStatement } from "./driver.ts";

/**
 * All rows of a statement, which is reset afterwards. SQLite does not end an EXPLAIN with its last row: left so, its connection would
 * go on reading the state it reads next for ever. The driver's call for one row resets what it ran; for anything but an EXPLAIN
 * that would run it a second time.
 */
export function allRows(driver: DriverStatement, explain: boolean, values: readonly ExactValue[]): ExactValue[][] {
  const rows = driver.all(values);
  if (explain) driver.get(values);
  return rows;
}
