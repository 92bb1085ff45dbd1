import { setImmediate } from "node:timers/promises";
import { RheiError } from "../errors/mod.ts";
import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";
import { foldName, lex, quoteName } from "../sql/mod.ts";
import { type ExactValue, rowidName } from "../types/mod.ts";
import { cancelled } from "./cancelled.ts";
import { ExactInsert, TextBytes } from "./exact_insert.ts";

/** A table or view of the source. */
export interface SourceObject {
  readonly name: string;
  readonly type: "table" | "view";
  readonly sql: string;
}

/** Rows read from the source at a time. */
const BATCH_ROWS = 2000;

/** Those of these names, and all that the views among them read. Unknown names are left out. */
export async function objectsNamed(snapshot: OltpSnapshot, names: readonly string[]): Promise<readonly SourceObject[]> {
  const objects = await objectsOf(snapshot);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const folded = foldName(name);
    const object = objects.get(folded);
    if (object === undefined || wanted.has(folded)) return;
    wanted.add(folded);
    if (object.type === "view") lex(object.sql).forEach((token) => want(token.text.replaceAll(/^["`[]|["`\]]$/g, "")));
  };
  names.forEach(want);
  return [...objects].filter(([folded]) => wanted.has(folded)).map(([, object]) => object);
}

async function objectsOf(snapshot: OltpSnapshot): Promise<Map<string, SourceObject>> {
  const { rows } = await snapshot.query(
    "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND sql IS NOT NULL",
  );
  return new Map(
    rows.map(([name, type, sql]) => [foldName(String(name)), { name, type, sql } as unknown as SourceObject]),
  );
}

/** Copies a table, its rowids included. */
export async function copyTable(
  snapshot: OltpSnapshot,
  to: OltpClient,
  { name, sql }: SourceObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  const facts = await snapshot.query("SELECT wr, type FROM pragma_table_list WHERE schema = 'main' AND name = ?", [
    name,
  ]);
  const [withoutRowid, type] = facts.rows[0] ?? [];
  if (type !== "table") {
    throw new RheiError("HISTORY_UNAVAILABLE", `Cannot read history together with virtual table "${name}"`, {
      hint: "the mirror declined the statement, and libSQL reads copies of ordinary tables only",
    });
  }
  await to.execute(sql);
  const listed = await snapshot.query("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [name]);
  const own = listed.rows.map(([column]) => String(column));
  const all = await snapshot.query("SELECT name FROM pragma_table_xinfo(?)", [name]);
  const rowid = withoutRowid === 1n ? null : rowidName(new Set(all.rows.map(([column]) => foldName(String(column)))));
  const columns = [...(rowid === null ? [] : [rowid]), ...own.map(quoteName)];
  const insert = new ExactInsert(quoteName(name), columns);
  await to.transaction(async (transaction) => {
    for await (const rows of snapshot.stream(typedSelect(name, columns), [], BATCH_ROWS)) {
      for (const row of rows) await insert.run(transaction, valuesOf(row));
      await setImmediate();
      if (signal?.aborted) throw cancelled(signal);
    }
  });
}

/** Gives each value after whether it is a text, and texts as blobs: the driver cuts some texts and ends the process at others. */
function typedSelect(table: string, columns: readonly string[]): string {
  const values = columns.map((column) =>
    `typeof(${column}) = 'text', CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`
  );
  return `SELECT ${values.join(", ")} FROM ${quoteName(table)}`;
}

function valuesOf(row: readonly ExactValue[]): (ExactValue | TextBytes)[] {
  const values: (ExactValue | TextBytes)[] = [];
  for (let at = 0; at < row.length; at += 2) {
    const value = row[at + 1] ?? null;
    values.push(row[at] === 1n ? new TextBytes(value as Uint8Array) : value);
  }
  return values;
}
