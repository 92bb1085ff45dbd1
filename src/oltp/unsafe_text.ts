import type { ExactValue } from "../types/mod.ts";
import { exactExpressions, exactValues } from "./exact_texts.ts";
import { unconverted } from "./unconverted.ts";

/**
 * SQLite lets a text hold what the driver cannot give: it cuts a text at a NUL, and ends the process at bytes that are not UTF-8. In
 * databases known to hold such texts, SELECTs run in a form that gives texts as blobs.
 *
 * @param select One SELECT.
 * @param columnCount Its columns.
 */
export function blobForm(select: string, columnCount: number): string {
  const names = Array.from({ length: columnCount }, (_, i) => `c${i}`);
  // Materialized: SQLite would evaluate the columns' expressions anew for each mention.
  return `WITH _rhei_text (${names.join(", ")}) AS MATERIALIZED (${unconverted(select, columnCount)}\n) SELECT ${
    exactExpressions(names).join(", ")
  } FROM _rhei_text`;
}

/** A row of the blob form as the SELECT itself means it. What is not text in the database's encoding becomes U+FFFD. */
export function fromBlobForm(row: readonly ExactValue[], decoder: TextDecoder): ExactValue[] {
  return exactValues(row, (bytes) => decoder.decode(bytes));
}
