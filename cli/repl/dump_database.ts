import type { ExactValue } from "../../src/types/mod.ts";
import type { QueryResult } from "../../mod.ts";
import { sqlLiteral, sqlName } from "../render/mod.ts";

/** Rows read at a time. */
const BATCH_ROWS = 5_000;

/** What users made: without SQLite's own objects and rhei's. */
const OF_USERS = `name not like 'sqlite\\_%' escape '\\' and name not like '\\_rhei\\_%' escape '\\'`;

/** Names by which a table's rowid can be asked for, unless a column has the name. */
const ROWID_NAMES = ["rowid", "_rowid_", "oid"] as const;

/** Reads the database; all reads see the same state. */
export type DumpReader = (sql: string, params?: readonly (string | bigint)[]) => Promise<QueryResult>;

/**
 * SQL that makes the tables whose names match the LIKE pattern anew, with their rows, indexes, triggers and views. Nothing of rhei is in
 * it. Comes in pieces, each of whole lines.
 */
export async function* dumpDatabase(read: DumpReader, pattern: string): AsyncGenerator<string> {
  yield "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n";
  const tables = await texts(
    read,
    `select l.name, l.type, l.wr, s.sql from pragma_table_list as l join sqlite_schema as s on s.name = l.name and s.type = 'table' ` +
      `where l.schema = 'main' and l.type in ('table', 'virtual') and ${
        OF_USERS.replaceAll("name not", "l.name not")
      } ` +
      `and l.name like ? order by s.rowid`,
    [pattern],
  );
  for (const [name = "", , withoutRowid, sql = ""] of tables) {
    yield `${sql};\n`;
    yield* rowsOf(read, name, withoutRowid === "1");
  }
  yield* sequencesOf(read, pattern);
  const others = await texts(
    read,
    `select sql from sqlite_schema where type <> 'table' and sql is not null and ${OF_USERS} and tbl_name like ? ` +
      `order by type = 'view' desc, rowid`,
    [pattern],
  );
  yield others.map(([sql]) => `${sql};\n`).join("");
  yield "COMMIT;\n";
}

async function* rowsOf(read: DumpReader, table: string, withoutRowid: boolean): AsyncGenerator<string> {
  const columns = await texts(read, "select name, hidden from pragma_table_xinfo(?) order by cid", [table]);
  const stored = columns.filter(([, hidden]) => hidden === "0").map(([name = ""]) => name);
  // Generated columns are computed anew, and must not be given.
  const named = stored.length < columns.length ? `(${stored.map(sqlName).join(",")})` : "";
  const head = `INSERT INTO ${sqlName(table)}${named} VALUES(`;
  const list = stored.map((name) => literalText(quoted(name))).join(", ");
  const write = (rows: readonly (readonly ExactValue[])[]): string =>
    rows.map((row) =>
      `${head}${row.map((value) => typeof value === "string" ? value : sqlLiteral(value)).join(",")});\n`
    )
      .join("");
  const rowid = ROWID_NAMES.find((name) => !columns.some(([column]) => column?.toLowerCase() === name));
  if (withoutRowid || rowid === undefined) {
    yield write((await read(`select ${list} from ${quoted(table)}`)).exactRows());
    return;
  }
  const batch = `select ${list}, ${rowid} from ${
    quoted(table)
  } where ${rowid} > ? order by ${rowid} limit ${BATCH_ROWS}`;
  let rows = (await read(batch.replace(`where ${rowid} > ? `, ""))).exactRows();
  while (rows.length > 0) {
    yield write(rows.map((row) => row.slice(0, -1)));
    if (rows.length < BATCH_ROWS) return;
    rows = (await read(batch, [rows.at(-1)!.at(-1) as bigint])).exactRows();
  }
}

/** A column with its texts as SQL literals, made where they are: one with a NUL character would be cut there when it is read. */
function literalText(column: string): string {
  const whole = `'CAST(x''' || hex(${column}) || ''' AS TEXT)'`;
  const plain = `'''' || replace(${column}, '''', '''''') || ''''`;
  return `case when typeof(${column}) <> 'text' then ${column} when instr(${column}, char(0)) > 0 then ${whole} else ${plain} end`;
}

/** Where AUTOINCREMENT goes on. */
async function* sequencesOf(read: DumpReader, pattern: string): AsyncGenerator<string> {
  if ((await texts(read, "select 1 from sqlite_schema where name = 'sqlite_sequence'")).length === 0) return;
  const rows = (await read(`select name, seq from sqlite_sequence where ${OF_USERS} and name like ?`, [pattern]))
    .exactRows();
  for (const [name = null, next = null] of rows) {
    yield `DELETE FROM sqlite_sequence WHERE name=${sqlLiteral(name)};\n`;
    yield `INSERT INTO sqlite_sequence VALUES(${sqlLiteral(name)},${sqlLiteral(next)});\n`;
  }
}

async function texts(read: DumpReader, sql: string, params: readonly string[] = []): Promise<string[][]> {
  return (await read(sql, params)).values().map((row) => row.map(String));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
