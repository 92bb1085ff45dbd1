import { invariant } from "../errors/mod.ts";
import type { ExactValue } from "../types/mod.ts";

/**
 * SQLite lets a text hold what the driver cannot give: it cuts a text at a NUL, and ends the process at bytes that are not UTF-8. In
 * databases known to hold such texts, SELECTs run in a form that gives texts as blobs, each value preceded by its type.
 *
 * @param select One SELECT.
 * @param columnCount Its columns.
 */
export function blobForm(select: string, columnCount: number): string {
  const names = Array.from({ length: columnCount }, (_, i) => `c${i}`);
  const values = names.map((name) =>
    `typeof(${name}), CASE typeof(${name}) WHEN 'text' THEN cast(${name} AS blob) ELSE ${name} END`
  );
  // Materialized: SQLite would evaluate the columns' expressions anew for each mention.
  return `WITH _rhei_text (${names.join(", ")}) AS MATERIALIZED (${select}\n) SELECT ${
    values.join(", ")
  } FROM _rhei_text`;
}

/** A row of the blob form as the SELECT itself means it. What is not text in the database's encoding becomes U+FFFD. */
export function fromBlobForm(row: readonly ExactValue[], decoder: TextDecoder): ExactValue[] {
  const values: ExactValue[] = [];
  for (let i = 0; i < row.length; i += 2) {
    const value = row[i + 1];
    invariant(value !== undefined, "types and values come in pairs");
    values.push(row[i] === "text" ? decoder.decode(value as Uint8Array<ArrayBuffer>) : value);
  }
  return values;
}
