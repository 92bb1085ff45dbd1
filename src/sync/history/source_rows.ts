import type { SourceTable } from "../../cdc/mod.ts";
import { exactExpressions, exactText, exactValues, type OltpSnapshot } from "../../oltp/mod.ts";
import { fromSource, keyExpressions, mirrorExpressions } from "../mirror_layout.ts";
import type { HistoryRow } from "./history_value.ts";

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
  for await (const batch of snapshot.stream(select(exactExpressions(values)), [], batchRows)) {
    yield batch.map((row) => exactValues(row, (bytes) => exactText(bytes, decoder)));
  }
}
