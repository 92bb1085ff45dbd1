import Database from "libsql";
import type { AnalysisCatalog } from "../../src/sql/mod.ts";
import { type Affinity, affinityOf, type ColumnClass, type MirrorTable, ROWID_COLUMN } from "../../src/types/mod.ts";

const CLASS_OF: Record<Affinity, ColumnClass> = {
  integer: "integer",
  real: "real",
  numeric: "number",
  text: "text",
  blob: "blob",
};

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

/** A catalog of the tables and views a script of CREATE statements makes; columns hold what their declared types say. */
export function catalogOf(schema: string): AnalysisCatalog {
  const database = new Database(":memory:");
  try {
    database.exec(schema);
    return catalogOfDatabase(database);
  } finally {
    database.close();
  }
}

/** A catalog of an open database, without looking at its values. */
export function catalogOfDatabase(database: Database.Database): AnalysisCatalog {
  const entries = database.prepare("select type, name, sql from sqlite_schema where sql is not null").all() as {
    type: string;
    name: string;
    sql: string;
  }[];
  const tables = new Map<string, MirrorTable>();
  const views = new Map<string, string>();
  for (const { type, name, sql } of entries) {
    if (type === "view") views.set(name.toLowerCase(), sql);
    if (type !== "table") continue;
    const columns = database.prepare(`pragma table_xinfo("${name}")`).all() as ColumnInfo[];
    tables.set(name.toLowerCase(), tableOf(name, sql, columns));
  }
  return {
    table: (name) => tables.get(name.toLowerCase()),
    view: (name) => views.get(name.toLowerCase()),
    absence: () => undefined,
  };
}

function tableOf(name: string, sql: string, columns: readonly ColumnInfo[]): MirrorTable {
  const primary = columns.filter((column) => column.pk > 0);
  const keyed = /without\s+rowid/i.test(sql);
  const alias = !keyed && primary.length === 1 && primary[0]!.type.toUpperCase() === "INTEGER"
    ? primary[0]!.name
    : null;
  const key = primary.toSorted((a, b) => a.pk - b.pk).map((column) => column.name);
  const extra = alias === null && !keyed ? [{ name: ROWID_COLUMN, class: "integer" as const }] : [];
  return {
    name,
    columns: [...extra, ...columns.map((column) => ({ name: column.name, class: CLASS_OF[affinityOf(column.type)] }))],
    keyColumns: keyed ? key : [alias ?? ROWID_COLUMN],
    source: {
      name,
      sql,
      key: keyed ? { kind: "primaryKey", columns: key } : { kind: "rowid", alias, accessName: "rowid" },
      columns: columns.map((column) => ({
        name: column.name,
        declaredType: column.type === "" ? null : column.type,
        affinity: affinityOf(column.type),
        collation: new RegExp(`\\b${column.name}\\b[^,]*collate nocase`, "i").test(sql) ? "NOCASE" : "BINARY",
        notNull: column.notnull !== 0,
        primaryKeyPosition: column.pk,
        generated: "no",
        hidden: false,
      })),
    },
  };
}
