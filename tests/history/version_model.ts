import type Database from "libsql";
import {
  affinityOf,
  type ColumnClass,
  type ColumnSchema,
  type ExactValue,
  HISTORY_COLUMNS,
  historyTableName,
  instantText,
  type MirrorTable,
  ROWID_COLUMN,
  type RowKey,
  type TableSchema,
} from "../../src/types/mod.ts";
import type { Random } from "../fuzz/random.ts";

/** A column of a table whose history is modelled. */
export interface ModelColumn {
  readonly name: string;
  readonly type: string;
  readonly class: ColumnClass;
  readonly collation?: string;
  /** Gone by now: only ended versions have it. */
  readonly dropped?: true;
  readonly value: (random: Random) => ExactValue;
}

/** A table whose history is modelled: its key columns first. */
export interface ModelTable {
  readonly name: string;
  readonly id: number;
  readonly key: RowKey;
  readonly columns: readonly ModelColumn[];
}

/** One version of a row, its key included. Times are numbers of transactions, from 1. */
export interface Version {
  readonly values: readonly ExactValue[];
  readonly from: number;
  to: number | null;
  readonly operation: "I" | "U" | "D";
}

const START_US = BigInt(Date.UTC(2026, 2, 1)) * 1000n;

/** When a transaction was made, in microseconds since 1970. */
export function timeOf(transaction: number): bigint {
  return START_US + BigInt(Math.round(transaction * 1_000_000));
}

/** All versions a table ever had, ended ones in the order of their end. */
export interface ModelHistory {
  readonly table: ModelTable;
  readonly ended: readonly Version[];
  readonly alive: readonly Version[];
}

/** Transactions of random inserts, updates and deletes over `keys` keys. */
export function randomHistory(
  table: ModelTable,
  keys: readonly ExactValue[][],
  transactions: number,
  random: Random,
): ModelHistory {
  const alive = new Map<string, Version>();
  const ended: Version[] = [];
  const keyWidth = keys[0]!.length;
  const rowOf = (key: readonly ExactValue[]): ExactValue[] => [
    ...key,
    ...table.columns.slice(keyWidth).map((column) => column.value(random)),
  ];
  for (let now = 1; now <= transactions; now++) {
    const touched = new Set(Array.from({ length: random.int(1, 4) }, () => random.int(0, keys.length - 1)));
    for (const index of touched) {
      const key = keys[index]!;
      const name = key.join("|");
      const open = alive.get(name);
      if (open === undefined) {
        alive.set(name, { values: rowOf(key), from: now, to: null, operation: "I" });
        continue;
      }
      open.to = now;
      ended.push(open);
      alive.delete(name);
      if (random.int(0, 3) === 0) ended.push({ values: open.values, from: now, to: now, operation: "D" });
      else alive.set(name, { values: rowOf(key), from: now, to: null, operation: "U" });
    }
  }
  return { table, ended, alive: [...alive.values()] };
}

function isAliasless({ key }: ModelTable): boolean {
  return key.kind === "rowid" && key.alias === null;
}

function schemaOf(
  table: ModelTable,
  columns: readonly ModelColumn[],
  name: string,
  more: readonly ColumnSchema[],
): TableSchema {
  const own = columns.filter((column) => column.name !== ROWID_COLUMN).map((column): ColumnSchema => ({
    name: column.name,
    declaredType: column.type,
    affinity: affinityOf(column.type),
    collation: column.collation ?? "BINARY",
    notNull: false,
    primaryKeyPosition: 0,
    generated: "no",
    hidden: false,
  }));
  return { name, columns: [...own, ...more], key: table.key, sql: "" };
}

function extraColumn(name: string, type: string): ColumnSchema {
  const rest = { collation: "BINARY", notNull: true, primaryKeyPosition: 0, generated: "no", hidden: false } as const;
  return { name, declaredType: type, affinity: affinityOf(type), ...rest };
}

const VERSION = extraColumn(HISTORY_COLUMNS.version, "INTEGER");
const VALID_FROM = extraColumn(HISTORY_COLUMNS.validFrom, "INTEGER");
const VALID_TO = extraColumn(HISTORY_COLUMNS.validTo, "INTEGER");
const OPERATION = extraColumn(HISTORY_COLUMNS.operation, "TEXT");

function mirrorColumns(columns: readonly { name: string; class: ColumnClass }[]): MirrorTable["columns"] {
  return columns.map(({ name, class: columnClass }) => ({ name, class: columnClass }));
}

function keyColumnsOf(table: ModelTable): string[] {
  const { key } = table;
  return key.kind === "primaryKey" ? [...key.columns] : [key.alias ?? ROWID_COLUMN];
}

/** The mirror table of the table's present rows, and those of its history. */
export function mirrorTablesOf(table: ModelTable): { present: MirrorTable; open: MirrorTable; closed: MirrorTable } {
  const present = table.columns.filter((column) => !column.dropped);
  const [from, to] = [{ name: VALID_FROM.name, class: "integer" }, { name: VALID_TO.name, class: "integer" }] as const;
  const operation = { name: OPERATION.name, class: "text" } as const;
  const part = { of: table.name, tableId: table.id, encoded: [], live: true };
  const [openName, closedName] = [historyTableName(table.id, "open"), historyTableName(table.id, "closed")];
  return {
    present: {
      name: table.name,
      source: schemaOf(table, present, table.name, []),
      columns: mirrorColumns(present),
      keyColumns: keyColumnsOf(table),
    },
    open: {
      name: openName,
      source: schemaOf(table, present, openName, [VALID_FROM, OPERATION]),
      columns: mirrorColumns([...present, from, operation]),
      keyColumns: keyColumnsOf(table),
      history: { ...part, part: "open" },
    },
    closed: {
      name: closedName,
      source: {
        ...schemaOf(table, table.columns, closedName, [VERSION, VALID_FROM, VALID_TO, OPERATION]),
        key: { kind: "primaryKey", columns: [VERSION.name] },
      },
      columns: mirrorColumns([{ name: VERSION.name, class: "integer" }, ...table.columns, from, to, operation]),
      keyColumns: [VERSION.name],
      history: { ...part, part: "closed" },
    },
  };
}

/** The rows of the three mirror tables. */
export function mirrorRowsOf(
  { table, ended, alive }: ModelHistory,
): { present: ExactValue[][]; open: ExactValue[][]; closed: ExactValue[][] } {
  const shown = (version: Version) => version.values.filter((_, at) => !table.columns[at]!.dropped);
  return {
    present: alive.map(shown),
    open: alive.map((version) => [...shown(version), timeOf(version.from), version.operation]),
    closed: ended.map((version, at) => [
      BigInt(at + 1),
      ...version.values,
      timeOf(version.from),
      timeOf(version.to!),
      version.operation,
    ]),
  };
}

/** Which versions a reference asks for. */
export type Asked =
  | { readonly kind: "present" }
  | { readonly kind: "asOf"; readonly at: number }
  | { readonly kind: "between"; readonly from: number; readonly to: number }
  | { readonly kind: "all" };

/** The versions asked for, by the rules of the documentation. */
function versionsAsked({ ended, alive }: ModelHistory, asked: Asked): Version[] {
  const all = [...ended, ...alive];
  switch (asked.kind) {
    case "present":
      return [...alive];
    case "asOf":
      return all.filter(({ from, to }) => from <= asked.at && (to === null || asked.at < to));
    case "between":
      return all.filter(({ from, to, operation }) =>
        operation === "D"
          ? asked.from < from && from <= asked.to
          : asked.from <= asked.to && from <= asked.to && (to === null || asked.from < to)
      );
    case "all":
      return all;
  }
}

/** Makes an ordinary table of the versions asked for, and gives its name. */
export function makeTable(db: Database.Database, history: ModelHistory, asked: Asked): string {
  const { table } = history;
  const name = [table.name, ...Object.values(asked)].join("_").replaceAll(".", "_");
  if (db.prepare("select 1 from sqlite_schema where name = ?").get(name) !== undefined) return name;
  const lists = asked.kind === "between" || asked.kind === "all";
  const ordered = [
    ...table.columns.filter((column) => !column.dropped),
    ...table.columns.filter((column) => column.dropped && lists),
  ];
  const shown = ordered.filter((column) => column.name !== ROWID_COLUMN);
  const declared = shown.map(({ name, type, collation }) =>
    `"${name}" ${type}${collation === undefined ? "" : ` collate ${collation}`}`
  );
  const extra = lists ? [VALID_FROM, VALID_TO, OPERATION].map(({ name }) => `${name} text`) : [];
  db.exec(`create table ${name} (${[...declared, ...extra].join(", ")})`);
  const keepsRowid = isAliasless(table) && !lists;
  const names = [
    ...(keepsRowid ? ["rowid"] : []),
    ...shown.map((column) => `"${column.name}"`),
    ...extra.map((one) => one.split(" ")[0]),
  ];
  const insert = db.prepare(`insert into ${name} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`);
  const keys = mirrorTablesOf(table).present.keyColumns.map((key) =>
    table.columns.findIndex((column) => column.name === key)
  );
  const inOrder = versionsAsked(history, asked).sort((a, b) => {
    for (const key of keys) {
      const [left, right] = [a.values[key]!, b.values[key]!];
      if (left !== right) return left < right ? -1 : 1;
    }
    return a.from - b.from;
  });
  for (const version of inOrder) {
    const isGone = (column: ModelColumn) => column.dropped === true && version.to === null;
    const value = (column: ModelColumn) => isGone(column) ? null : version.values[table.columns.indexOf(column)]!;
    const times = lists
      ? [
        instantText(timeOf(version.from)),
        version.to === null ? null : instantText(timeOf(version.to)),
        version.operation,
      ]
      : [];
    insert.run([...(keepsRowid ? [value(table.columns[0]!)] : []), ...shown.map(value), ...times]);
  }
  return name;
}

/** The table itself with its present rows, made by SQL. */
export function sourceScript(
  history: ModelHistory,
): { readonly create: string; readonly insert: string; readonly rows: ExactValue[][] } {
  const { table } = history;
  const columns = table.columns.filter((column) => !column.dropped);
  const declared = columns.filter(({ name }) => name !== ROWID_COLUMN).map(({ name, type, collation }) => {
    const primary = table.key.kind === "rowid" && table.key.alias === name ? " PRIMARY KEY" : "";
    return `${name} ${type}${primary}${collation === undefined ? "" : ` COLLATE ${collation}`}`;
  });
  const key = table.key.kind === "primaryKey" ? `, PRIMARY KEY (${table.key.columns.join(", ")})` : "";
  const names = columns.map(({ name }) => name === ROWID_COLUMN ? "rowid" : name);
  return {
    create: `CREATE TABLE ${table.name} (${declared.join(", ")}${key})${key === "" ? "" : " WITHOUT ROWID"}`,
    insert: `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    rows: mirrorRowsOf(history).present,
  };
}
