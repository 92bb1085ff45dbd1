import { quoteName } from "../../src/sql/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import type { QueryResult } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { isOfUsers } from "../meta/mod.ts";
import { sqlLiteral, sqlName, statementLines } from "../render/mod.ts";
import type { SessionEngine } from "./session_options.ts";

/** Rows read at a time. */
const BATCH_ROWS = 5_000;

/** Names by which a table's rowid can be asked for, unless a column has the name. */
const ROWID_NAMES = ["rowid", "_rowid_", "oid"] as const;

/** Reads the database; all reads see the same state. */
export type DumpReader = (sql: string, params?: readonly (string | bigint)[]) => Promise<QueryResult>;

/** What follows a full-text table's name in those of the tables that hold its index, by FTS5 and by FTS3 and 4. */
const INDEX_TABLES = ["data", "idx", "docsize", "config", "segments", "segdir", "stat"] as const;

/** The dump of {@linkcode dumpDatabase}, of one state of the database: in a transaction, the open one if there is one. */
export async function* dumpOfOneState(
  engine: Pick<SessionEngine, "inTransaction" | "run" | "query">,
  pattern: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const own = !engine.inTransaction;
  if (own) await engine.run("begin");
  try {
    yield* dumpDatabase((sql, params = []) => engine.query(sql, params, { route: "oltp", signal }), pattern);
  } finally {
    if (own) await engine.run("rollback");
  }
}

/**
 * SQL that makes the tables whose names match the LIKE pattern anew, with their rows, indexes, triggers and views. Nothing of rhei is in
 * it. Comes in pieces, each of whole lines.
 *
 * @throws {RheiError} `SQL_ERROR` for a text of a UTF-16 database that cannot be written in UTF-8.
 */
export async function* dumpDatabase(read: DumpReader, pattern: string): AsyncGenerator<string> {
  const tables = await texts(
    read,
    `select l.name, l.type, l.wr, s.sql from pragma_table_list as l join sqlite_schema as s on s.name = l.name and s.type = 'table' ` +
      `where l.schema = 'main' and l.type in ('table', 'virtual') and ${isOfUsers("l.name")} ` +
      `and l.name like ? order by s.rowid`,
    [pattern],
  );
  const encoding = (await texts(read, "select lower(encoding) from pragma_encoding"))[0]?.[0] ?? "utf-8";
  yield "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n";
  for (const [name = "", , withoutRowid, sql = ""] of tables) {
    yield `${statementLines(sql)}\n`;
    const fullText = isFullText(sql);
    if (fullText && !await keepsRows(read, name)) yield* indexOf(read, name, encoding);
    else yield* rowsOf(read, { name, encoding, withoutRowid: withoutRowid === "1", fullText });
  }
  yield* sequencesOf(read, pattern);
  const others = await texts(
    read,
    `select sql from sqlite_schema where type <> 'table' and sql is not null and ${
      isOfUsers("name")
    } and tbl_name like ? ` +
      `order by type = 'view' desc, rowid`,
    [pattern],
  );
  yield others.map(([sql]) => `${statementLines(sql ?? "")}\n`).join("");
  yield "COMMIT;\n";
}

/** A table whose rows are wanted. */
interface DumpedTable {
  readonly name: string;
  /** How the database keeps texts, as `TextDecoder` calls it. */
  readonly encoding: string;
  readonly withoutRowid: boolean;
  /** Made by FTS3, FTS4 or FTS5: what its matches mean is told by their rowids, so these are kept. */
  readonly fullText: boolean;
}

function isFullText(sql: string): boolean {
  return /^create\s+virtual\s+table\b[^]*?\busing\s+fts[345]\b/i.test(sql);
}

/** Whether a full-text table has rows of its own, rather than none or another table's. */
async function keepsRows(read: DumpReader, table: string): Promise<boolean> {
  return (await texts(read, "select 1 from sqlite_schema where type = 'table' and name = ?", [`${table}_content`]))
    .length > 0;
}

/**
 * The index of a full-text table that keeps no rows: it cannot be had from them, so it goes over as it is. SQLite lets these
 * tables be written to unless the connection is `SQLITE_DBCONFIG_DEFENSIVE`; its own shell's dumps have the same need.
 */
async function* indexOf(read: DumpReader, table: string, encoding: string): AsyncGenerator<string> {
  yield "-- What follows is refused by a connection that is SQLITE_DBCONFIG_DEFENSIVE: in sqlite3, first .dbconfig defensive off\n";
  const names = INDEX_TABLES.map((suffix) => `${table}_${suffix}`);
  const parts = await texts(
    read,
    `select name, wr from pragma_table_list where schema = 'main' and type = 'shadow' and name in (${
      names.map(() => "?").join(", ")
    }) order by name`,
    names,
  );
  for (const [name = "", withoutRowid] of parts) {
    // A new table's index is not empty: it says which version made it.
    yield `DELETE FROM ${sqlName(name)};\n`;
    yield* rowsOf(read, { name, encoding, withoutRowid: withoutRowid === "1", fullText: false });
  }
}

async function* rowsOf(read: DumpReader, dumped: DumpedTable): AsyncGenerator<string> {
  const { name: table, withoutRowid, fullText } = dumped;
  const columns = await texts(read, "select name, hidden from pragma_table_xinfo(?) order by cid", [table]);
  const stored = columns.filter(([, hidden]) => hidden === "0").map(([name = ""]) => name);
  const given = fullText ? ["rowid", ...stored] : stored;
  // Generated columns are computed anew, and must not be given.
  const named = fullText || stored.length < columns.length ? `(${given.map(sqlName).join(",")})` : "";
  const head = `INSERT INTO ${sqlName(table)}${named} VALUES(`;
  const list = given.map((name) => exactBytes(quoteName(name))).join(", ");
  const literal = literalOf(table, dumped.encoding);
  const write = (rows: readonly (readonly ExactValue[])[]): string =>
    rows.map((row) => `${head}${row.map(literal).join(",")});\n`).join("");
  const rowid = ROWID_NAMES.find((name) => !columns.some(([column]) => column?.toLowerCase() === name));
  if (withoutRowid || rowid === undefined) {
    yield write((await read(`select ${list} from ${quoteName(table)}`)).exactRows());
    return;
  }
  const batch = `select ${list}, ${rowid} from ${
    quoteName(table)
  } where ${rowid} > ? order by ${rowid} limit ${BATCH_ROWS}`;
  let rows = (await read(batch.replace(`where ${rowid} > ? `, ""))).exactRows();
  while (rows.length > 0) {
    yield write(rows.map((row) => row.slice(0, -1)));
    if (rows.length < BATCH_ROWS) return;
    rows = (await read(batch, [rows.at(-1)!.at(-1) as bigint])).exactRows();
  }
}

/** A column's values such that every one can be read: texts as blobs, for they may hold NUL or bytes that are no text; blobs as literals. */
function exactBytes(column: string): string {
  return `case typeof(${column}) when 'text' then cast(${column} as blob) when 'blob' then 'x''' || hex(${column}) || '''' else ${column} end`;
}

/** Makes literals of what {@linkcode exactBytes} gives. */
function literalOf(table: string, encoding: string): (value: ExactValue) => string {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (value) => {
    if (typeof value === "string") return value;
    if (!(value instanceof Uint8Array)) return sqlLiteral(value);
    try {
      return sqlLiteral(decoder.decode(value));
    } catch (cause) {
      if (encoding === "utf-8") return `CAST(${sqlLiteral(value)} AS TEXT)`;
      // The SQL makes a database in UTF-8, where these bytes would be another text.
      throw new RheiError("SQL_ERROR", `Cannot dump "${table}": a text is not valid ${encoding.toUpperCase()}`, {
        cause,
      });
    }
  };
}

/** Where AUTOINCREMENT goes on. */
async function* sequencesOf(read: DumpReader, pattern: string): AsyncGenerator<string> {
  if ((await texts(read, "select 1 from sqlite_schema where name = 'sqlite_sequence'")).length === 0) return;
  const rows =
    (await read(`select name, seq from sqlite_sequence where ${isOfUsers("name")} and name like ?`, [pattern]))
      .exactRows();
  for (const [name = null, next = null] of rows) {
    yield `DELETE FROM sqlite_sequence WHERE name=${sqlLiteral(name)};\n`;
    yield `INSERT INTO sqlite_sequence VALUES(${sqlLiteral(name)},${sqlLiteral(next)});\n`;
  }
}

async function texts(read: DumpReader, sql: string, params: readonly string[] = []): Promise<string[][]> {
  return (await read(sql, params)).values().map((row) => row.map(String));
}
