import { RheiError } from "../errors/mod.ts";
import { foldName } from "../sql/mod.ts";
import {
  affinityOf,
  type ColumnSchema,
  type ExactValue,
  ROWID_COLUMN,
  rowidName,
  type RowKey,
  type RowSet,
  type SqlParameters,
  type TableSchema,
} from "../types/mod.ts";
import { columnCollations, type IndexText, indexText } from "./schema_text.ts";

/** Anything that answers a SELECT: a snapshot, an open transaction, a client. */
export interface SqlReader {
  query(sql: string, params?: SqlParameters): Promise<RowSet>;
}

/** A key column of an index: a column of the table, or an expression. */
export interface IndexColumn {
  /** `null` for an expression. */
  readonly column: string | null;
  readonly collation: string;
}

/** A UNIQUE index or constraint, the rowid's own excepted. */
export interface UniqueIndex {
  readonly name: string;
  readonly columns: readonly IndexColumn[];
  /** Whether it enforces the PRIMARY KEY of a WITHOUT ROWID table. */
  readonly primaryKey: boolean;
  /** The parts of its CREATE INDEX, `null` for one made by a constraint. */
  readonly text: IndexText | null;
}

/** An ordinary table of the source with what capture must know of it. */
export interface SourceTable {
  readonly schema: TableSchema;
  readonly uniqueIndexes: readonly UniqueIndex[];
  /** VACUUM renumbers the rowids of tables that have neither an alias of the rowid nor any index. */
  readonly vacuumRenumbers: boolean;
  /** Default value of each column as SQL text, by position in `schema.columns`. */
  readonly defaults: readonly (string | null)[];
}

/** A trigger as sqlite_schema holds it. */
export interface SourceTrigger {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** An object of sqlite_schema; names folded. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** The table or view it belongs to. */
  readonly table: string;
  readonly sql: string;
  readonly isVirtual: boolean;
}

/** The source's schema at one committed state; maps by folded name. */
export interface SourceSchema {
  readonly schemaVersion: number;
  /** Whether texts are stored as UTF-16; false as long as there is no table. */
  readonly isUtf16: boolean;
  /** Tables that can be tracked. */
  readonly tables: ReadonlyMap<string, SourceTable>;
  /** Tables that cannot, with the reason. */
  readonly untrackable: ReadonlyMap<string, { readonly name: string; readonly reason: string }>;
  /** CREATE VIEW texts. */
  readonly views: ReadonlyMap<string, string>;
  /** rhei's own triggers. */
  readonly triggers: ReadonlyMap<string, SourceTrigger>;
  /** Everything sqlite_schema holds. */
  readonly objects: ReadonlyMap<string, SchemaObject>;
  /** Names of rhei's own tables. */
  readonly ownTables: ReadonlySet<string>;
}

/** Prefix of every object rhei adds to a database. */
export const OWN_PREFIX = "_rhei_";

/** Whether a folded name is one of those rhei gives to what it adds to a database. */
export function isOwnName(folded: string): boolean {
  return folded.startsWith(OWN_PREFIX);
}

/** Whether a folded name belongs to a table of SQLite, libSQL or rhei rather than of the user. */
export function isInternalName(folded: string): boolean {
  return isOwnName(folded) || ["sqlite_", "libsql_"].some((prefix) => folded.startsWith(prefix));
}

interface ListedTable {
  readonly name: string;
  readonly type: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly sql: string;
}

const text = (value: ExactValue | undefined): string => typeof value === "string" ? value : "";
const textOrNull = (value: ExactValue | undefined): string | null => typeof value === "string" ? value : null;
const int = (value: ExactValue | undefined): number => Number(value ?? 0);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** SQLite takes any bytes for a schema's text, a Latin-1 comment say, and the driver ends the process at those that are not UTF-8. */
async function requireReadable(reader: SqlReader): Promise<void> {
  const { rows } = await reader.query(
    "SELECT type, CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema WHERE length(CAST('a' AS BLOB)) = 1",
  );
  for (const [type, name, sql] of rows) {
    if (isUtf8(name) && isUtf8(sql)) continue;
    const named = name instanceof Uint8Array ? new TextDecoder().decode(name) : "";
    throw new RheiError("NOT_TRACKABLE", `Cannot read the schema: the text of ${type} "${named}" is not UTF-8`, {
      hint: "drop it or make it anew with another SQLite tool",
    });
  }
}

function isUtf8(value: ExactValue | undefined): boolean {
  if (!(value instanceof Uint8Array)) return true;
  try {
    UTF8.decode(value);
    return true;
  } catch {
    // Nothing else fails here than bytes that are no text.
    return false;
  }
}

/**
 * Reads the schema of database `main`.
 *
 * @throws {RheiError} `NOT_TRACKABLE` if a text of it is not UTF-8.
 */
export async function readSchema(reader: SqlReader): Promise<SourceSchema> {
  const version = await reader.query("SELECT schema_version FROM pragma_schema_version");
  await requireReadable(reader);
  // Comes before the pragmas: only a statement on a real table makes the connection notice another's schema changes.
  const stored = await reader.query(
    "SELECT type, name, tbl_name, sql, rootpage FROM sqlite_schema",
  );
  const listed = await reader.query(
    "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' ORDER BY name",
  );
  const columns = await readColumns(reader);
  const indexes = await readIndexes(reader);

  const createTexts = new Map<string, string>();
  const indexTexts = new Map<string, string>();
  const views = new Map<string, string>();
  const triggers = new Map<string, SourceTrigger>();
  const objects = new Map<string, SchemaObject>();
  for (const [type, name, table, sql, rootPage] of stored.rows) {
    const folded = foldName(text(name));
    objects.set(`${text(type)} ${folded}`, {
      type: text(type),
      name: folded,
      table: foldName(text(table)),
      sql: text(sql),
      isVirtual: type === "table" && int(rootPage) === 0,
    });
    if (type === "table") createTexts.set(folded, text(sql));
    else if (type === "view") views.set(folded, text(sql));
    else if (type === "index") indexTexts.set(folded, text(sql));
    else if (isOwnName(folded)) {
      triggers.set(folded, { name: text(name), table: text(table), sql: text(sql) });
    }
  }

  const tables = new Map<string, SourceTable>();
  const untrackable = new Map<string, { name: string; reason: string }>();
  const ownTables = new Set<string>();
  for (const [nameValue, type, wr, strict] of listed.rows) {
    const name = text(nameValue);
    const folded = foldName(name);
    if (isOwnName(folded)) ownTables.add(folded);
    if (isInternalName(folded)) continue;
    const sql = createTexts.get(folded) ?? "";
    const table = { name, type: text(type), withoutRowid: int(wr) === 1, strict: int(strict) === 1, sql };
    const outcome = buildTable(table, columns.get(folded) ?? [], indexes.get(folded) ?? [], indexTexts);
    if (typeof outcome === "string") untrackable.set(folded, { name, reason: outcome });
    else tables.set(folded, outcome);
  }
  return {
    schemaVersion: int(version.rows[0]?.[0]),
    isUtf16: tables.size > 0 && await readIsUtf16(reader),
    tables,
    untrackable,
    views,
    triggers,
    objects,
    ownTables,
  };
}

/** By the bytes of a text: a server may refuse the pragma. Before there is a table the encoding may still be chosen. */
async function readIsUtf16(reader: SqlReader): Promise<boolean> {
  const { rows } = await reader.query("SELECT length(CAST('a' AS BLOB))");
  return int(rows[0]?.[0]) > 1;
}

interface RawColumn {
  readonly name: string;
  readonly declaredType: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  readonly primaryKeyPosition: number;
  /** table_xinfo: 0 ordinary, 1 hidden, 2 virtual generated, 3 stored generated. */
  readonly hidden: number;
}

async function readColumns(reader: SqlReader): Promise<Map<string, RawColumn[]>> {
  const { rows } = await reader.query(
    `SELECT l.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
       FROM pragma_table_list AS l JOIN pragma_table_xinfo(l.name, 'main') AS x
      WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, x.cid`,
  );
  const columns = new Map<string, RawColumn[]>();
  for (const [table, name, type, notNull, defaultSql, primaryKey, hidden] of rows) {
    const folded = foldName(text(table));
    const list = columns.get(folded) ?? [];
    list.push({
      name: text(name),
      declaredType: text(type),
      notNull: int(notNull) === 1,
      defaultSql: textOrNull(defaultSql),
      primaryKeyPosition: int(primaryKey),
      hidden: int(hidden),
    });
    columns.set(folded, list);
  }
  return columns;
}

interface RawIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly origin: string;
  readonly columns: { column: string | null; collation: string }[];
}

async function readIndexes(reader: SqlReader): Promise<Map<string, RawIndex[]>> {
  const { rows } = await reader.query(
    `SELECT l.name, i.name, i."unique", i.origin, x.cid, x.name, x.coll
       FROM pragma_table_list AS l JOIN pragma_index_list(l.name, 'main') AS i
       JOIN pragma_index_xinfo(i.name, 'main') AS x
      WHERE l.schema = 'main' AND l.type = 'table' AND x.key ORDER BY l.name, i.seq, x.seqno`,
  );
  const indexes = new Map<string, RawIndex[]>();
  for (const [table, name, unique, origin, , column, collation] of rows) {
    const folded = foldName(text(table));
    const list = indexes.get(folded) ?? [];
    let index = list.at(-1);
    if (index?.name !== text(name)) {
      index = { name: text(name), unique: int(unique) === 1, origin: text(origin), columns: [] };
      list.push(index);
    }
    index.columns.push({ column: textOrNull(column), collation: text(collation).toUpperCase() });
    indexes.set(folded, list);
  }
  return indexes;
}

/** The table, or why it cannot be tracked. */
function buildTable(
  table: ListedTable,
  rawColumns: readonly RawColumn[],
  rawIndexes: readonly RawIndex[],
  indexTexts: ReadonlyMap<string, string>,
): SourceTable | string {
  if (table.type === "virtual") return "it is a virtual table";
  if (table.type === "shadow") return "it belongs to a virtual table";
  const collations = columnCollations(table.sql);
  const shown = rawColumns.filter((column) => column.hidden !== 1);
  const columns = shown.map((column): ColumnSchema => ({
    name: column.name,
    declaredType: column.declaredType === "" ? null : column.declaredType,
    // Only in STRICT tables does ANY keep every value as it comes.
    affinity: table.strict && column.declaredType.toUpperCase() === "ANY" ? "blob" : affinityOf(column.declaredType),
    collation: collations.get(foldName(column.name)) ?? "BINARY",
    notNull: column.notNull,
    primaryKeyPosition: column.primaryKeyPosition,
    generated: column.hidden === 2 ? "virtual" : column.hidden === 3 ? "stored" : "no",
    hidden: false,
  }));
  if (columns.some((column) => foldName(column.name) === ROWID_COLUMN)) {
    return `its column ${ROWID_COLUMN} has a name that rhei needs`;
  }
  const key = rowKey(table.withoutRowid, columns, rawIndexes);
  if (key === null) return "its columns rowid, _rowid_ and oid hide the rowid and it has no INTEGER PRIMARY KEY";

  const uniqueIndexes = rawIndexes.filter((index) => index.unique).map((index): UniqueIndex => {
    const createText = indexTexts.get(foldName(index.name)) ?? "";
    return {
      name: index.name,
      columns: index.columns,
      primaryKey: index.origin === "pk" && table.withoutRowid,
      text: createText === "" ? null : indexText(createText),
    };
  });
  return {
    schema: { name: table.name, columns, key, sql: table.sql },
    uniqueIndexes,
    vacuumRenumbers: key.kind === "rowid" && key.alias === null && rawIndexes.length === 0,
    defaults: shown.map((column) => column.defaultSql),
  };
}

function rowKey(withoutRowid: boolean, columns: readonly ColumnSchema[], indexes: readonly RawIndex[]): RowKey | null {
  const primary = columns.filter((column) => column.primaryKeyPosition > 0)
    .sort((a, b) => a.primaryKeyPosition - b.primaryKeyPosition);
  if (withoutRowid) return { kind: "primaryKey", columns: primary.map((column) => column.name) };
  // An INTEGER PRIMARY KEY that is not the rowid (declared DESC on the column) has an index of its own.
  const only = primary[0];
  const isAlias = primary.length === 1 && only?.declaredType?.toUpperCase() === "INTEGER" &&
    !indexes.some((index) => index.origin === "pk");
  const accessName = rowidName(new Set(columns.map((column) => foldName(column.name))));
  if (isAlias && only) return { kind: "rowid", alias: only.name, accessName: accessName ?? only.name };
  return accessName === null ? null : { kind: "rowid", alias: null, accessName };
}

/** Names of the columns that identify a row, as SQL may name them in the source. */
export function keyNames(key: RowKey): readonly string[] {
  return key.kind === "primaryKey" ? key.columns : [key.alias ?? key.accessName];
}

/** Finds a trackable table by name, to track or untrack it. @throws {RheiError} `NOT_TRACKABLE` or `SQL_UNKNOWN_NAME`. */
export function requireTable(schema: SourceSchema, name: string, action: "track" | "untrack" = "track"): SourceTable {
  const folded = foldName(name);
  const table = schema.tables.get(folded);
  if (table) return table;
  const reason = schema.views.has(folded) ? "it is a view" : schema.untrackable.get(folded)?.reason;
  const details = { table: name };
  if (reason) throw new RheiError("NOT_TRACKABLE", `Cannot ${action} "${name}": ${reason}`, { details });
  throw new RheiError("SQL_UNKNOWN_NAME", `Cannot ${action} "${name}": there is no such table`, { details });
}
