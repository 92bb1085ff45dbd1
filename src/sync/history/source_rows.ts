import type { SourceTable } from "../../cdc/mod.ts";
import { invariant } from "../../errors/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import { type ExactValue, UndecodableText } from "../../types/mod.ts";
import { fromSource, keyExpressions, mirrorExpressions } from "../mirror_layout.ts";
import type { HistoryRow, HistoryValue } from "./history_value.ts";

/** Columns whose types are told by one text: SQLite nests expressions 1000 deep at most. */
const TYPES_PER_TEXT = 500;

/**
 * The rows of a table in key order, each the key's own column (if any) before the others.
 *
 * @param isFit Whether every value is known to stand in a column of one class; else texts are read as bytes, which the driver would cut at
 * a NUL, and cannot take where they are not UTF-8.
 */
export async function* sourceRowsInKeyOrder(
  snapshot: OltpSnapshot,
  table: Pick<SourceTable, "schema">,
  isFit: boolean,
  batchRows: number,
): AsyncGenerator<readonly HistoryRow[], void, undefined> {
  const { schema } = table;
  const values = mirrorExpressions(schema);
  const order = keyExpressions(schema).map((key) => schema.key.kind === "rowid" ? key : `${key} COLLATE BINARY`);
  const select = (list: readonly string[]) =>
    `SELECT ${list.join(", ")} ${fromSource(table)} ORDER BY ${order.join(", ")}`;
  if (isFit) return yield* snapshot.stream(select(values), [], batchRows);
  const { rows } = await snapshot.query("SELECT encoding FROM pragma_encoding");
  const decoder = new TextDecoder(String(rows[0]?.[0]), { fatal: true, ignoreBOM: true });
  const exact = values.map((value) =>
    `CASE typeof(${value}) WHEN 'text' THEN CAST(${value} AS BLOB) ELSE ${value} END`
  );
  const sql = select([...exact, ...typeTexts(values)]);
  for await (const batch of snapshot.stream(sql, [], batchRows)) {
    yield batch.map((row) => decoded(row, values.length, decoder));
  }
}

/** Expressions that give a letter per value: `t` for a text. */
function typeTexts(values: readonly string[]): string[] {
  const texts: string[] = [];
  for (let start = 0; start < values.length; start += TYPES_PER_TEXT) {
    const part = values.slice(start, start + TYPES_PER_TEXT);
    texts.push(part.map((value) => `CASE typeof(${value}) WHEN 'text' THEN 't' ELSE '-' END`).join(" || "));
  }
  return texts;
}

function decoded(row: readonly ExactValue[], width: number, decoder: TextDecoder): HistoryRow {
  const types = row.slice(width).join("");
  const values: HistoryValue[] = row.slice(0, width);
  for (let at = 0; at < width; at++) {
    if (types[at] !== "t") continue;
    const bytes = values[at];
    invariant(bytes instanceof Uint8Array, "a text was read as its bytes");
    values[at] = decodedText(bytes as Uint8Array<ArrayBuffer>, decoder);
  }
  return values;
}

function decodedText(bytes: Uint8Array<ArrayBuffer>, decoder: TextDecoder): string | UndecodableText {
  try {
    return decoder.decode(bytes);
  } catch {
    // Nothing else fails here than bytes that are no text; history keeps them as they are.
    return new UndecodableText(bytes);
  }
}
