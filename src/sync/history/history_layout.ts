import { keyNames, type SourceTable } from "../../cdc/mod.ts";
import { foldName } from "../../sql/mod.ts";
import {
  type ColumnClass,
  type ColumnSchema,
  HISTORY_COLUMNS,
  type HistoryPart,
  historyTableName,
  type MirrorColumn,
  type MirrorTable,
  ROWID_COLUMN,
  type TableHistory,
} from "../../types/mod.ts";

/** A column as history keeps it: of a class, or with its values encoded where none fits. */
export type HistoryClass = ColumnClass | "encoded";

/** A column of the user's, or the rowid, that a table has or had. */
export interface HistoryColumn {
  readonly name: string;
  readonly class: HistoryClass;
  /** As the source declares or declared it; `null` for the rowid that has no name there. */
  readonly schema: ColumnSchema | null;
  /** Whether the table has it now. */
  readonly present: boolean;
}

/** What history keeps of a table, in the form both its parts are made from. */
export interface HistoryShape {
  readonly tableId: number;
  /** Present or last name of the table. */
  readonly of: string;
  readonly live: boolean;
  /** The CREATE TABLE text. */
  readonly sql: string;
  readonly keyColumns: readonly string[];
  /** Whether the key is the rowid. */
  readonly keyedByRowid: boolean;
  /** Present columns first, as the table has them, then those it had; the rowid, if it has no name, before all. */
  readonly columns: readonly HistoryColumn[];
}

/** The class whose values carry a column. */
function carrierClass(historyClass: HistoryClass): ColumnClass {
  return historyClass === "encoded" ? "blob" : historyClass;
}

/** The shape of a table that has no history yet; `classes` are those of its columns in order. */
export function newShape(tableId: number, table: SourceTable, classes: readonly HistoryClass[]): HistoryShape {
  const { name, sql, key, columns } = table.schema;
  const named = columns.map((schema, at): HistoryColumn => {
    return { name: schema.name, class: classes[at] ?? "blob", schema, present: true };
  });
  const rowid: HistoryColumn = { name: ROWID_COLUMN, class: "integer", schema: null, present: true };
  const hidesRowid = key.kind === "rowid" && key.alias === null;
  return {
    tableId,
    of: name,
    live: true,
    sql,
    keyColumns: hidesRowid ? [ROWID_COLUMN] : keyNames(key),
    keyedByRowid: key.kind === "rowid",
    columns: hidesRowid ? [rowid, ...named] : named,
  };
}

/** The shape that both parts of a history have. */
export function shapeOf({ open, closed }: TableHistory): HistoryShape {
  const part = partOf(open);
  const present = new Set(open.columns.map((column) => column.name));
  const encoded = new Set(partOf(closed).encoded);
  const schemas = new Map(closed.source.columns.map((schema) => [schema.name, schema]));
  const own: ReadonlySet<string> = new Set(Object.values(HISTORY_COLUMNS));
  const columns = closed.columns.filter(({ name }) => !own.has(name)).map((column): HistoryColumn => ({
    name: column.name,
    class: encoded.has(column.name) ? "encoded" : column.class,
    schema: schemas.get(column.name) ?? null,
    present: present.has(column.name),
  }));
  return {
    tableId: part.tableId,
    of: part.of,
    live: part.live,
    sql: open.source.sql,
    keyColumns: open.keyColumns,
    keyedByRowid: open.source.key.kind === "rowid",
    columns,
  };
}

function partOf(table: MirrorTable): HistoryPart {
  if (table.history === undefined) throw new TypeError(`Mirror table "${table.name}" holds no history`);
  return table.history;
}

/** The mirror tables of a shape. */
export function historyTables(shape: HistoryShape, key: MirrorTable["source"]["key"]): TableHistory {
  const { validFrom, validTo, version, operation } = HISTORY_COLUMNS;
  const present = shape.columns.filter((column) => column.present);
  return {
    open: partTable(shape, "open", key, shape.keyColumns, present, [], [[validFrom, "integer"], [operation, "text"]]),
    closed: partTable(
      shape,
      "closed",
      { kind: "primaryKey", columns: [version] },
      [version],
      shape.columns,
      [[version, "integer"]],
      [[validFrom, "integer"], [validTo, "integer"], [operation, "text"]],
    ),
  };
}

type OwnColumns = readonly (readonly [string, "integer" | "text"])[];

function partTable(
  { tableId, of, live, sql }: HistoryShape,
  part: HistoryPart["part"],
  key: MirrorTable["source"]["key"],
  keyColumns: readonly string[],
  columns: readonly HistoryColumn[],
  before: OwnColumns,
  after: OwnColumns,
): MirrorTable {
  const name = historyTableName(tableId, part);
  const own = (list: OwnColumns): MirrorColumn[] => list.map(([name, each]) => ({ name, class: each }));
  const schemas = columns.flatMap(({ schema }) => schema ?? []);
  return {
    name,
    source: { name, columns: [...before.map(ownSchema), ...schemas, ...after.map(ownSchema)], key, sql },
    columns: [
      ...own(before),
      ...columns.map((column) => ({ name: column.name, class: carrierClass(column.class) })),
      ...own(after),
    ],
    keyColumns,
    history: {
      of,
      tableId,
      part,
      encoded: columns.filter((column) => column.class === "encoded").map((column) => column.name),
      live,
    },
  };
}

function ownSchema([name, columnClass]: OwnColumns[number]): ColumnSchema {
  return {
    name,
    declaredType: columnClass.toUpperCase(),
    affinity: columnClass,
    collation: "BINARY",
    notNull: false,
    primaryKeyPosition: 0,
    generated: "no",
    hidden: false,
  };
}

/** A change of the columns that history keeps. */
export interface Reshaping {
  readonly shape: HistoryShape;
  /** For each column of the new shape, its position in the old one or -1. */
  readonly sources: readonly number[];
}

/**
 * The shape after a table's declaration changed: present columns are those of the table now, found again by their names or by those they
 * had before they were renamed; what is gone stays behind them.
 *
 * @param renamed Old names to new ones, both folded.
 */
export function reshape(old: HistoryShape, table: SourceTable, renamed: ReadonlyMap<string, string>): Reshaping {
  const fresh = newShape(old.tableId, table, table.schema.columns.map(({ affinity }) => classOfAffinity(affinity)));
  const presentNames = old.columns.map(({ name, present }) => present ? name : null);
  const taken = new Set<number>();
  const found = fresh.columns.map(({ name }) => {
    const position = positionNow(presentNames, renamed, name);
    if (position >= 0) taken.add(position);
    return position;
  });
  // Only then those that went before: a present column goes before one that bore its name.
  for (const [at, { name }] of fresh.columns.entries()) {
    if (found[at]! >= 0) continue;
    found[at] = old.columns.findIndex((column) => !column.present && foldName(column.name) === foldName(name));
    if (found[at]! >= 0) taken.add(found[at]!);
  }
  const columns = fresh.columns.map((column, at): HistoryColumn => {
    const before = old.columns[found[at]!];
    return before === undefined ? column : { ...column, class: before.class };
  });
  const names = new Set(columns.map(({ name }) => foldName(name)));
  const gone: HistoryColumn[] = [];
  const goneFrom: number[] = [];
  for (const [at, column] of old.columns.entries()) {
    if (taken.has(at)) continue;
    const name = unusedName(column.name, names);
    names.add(foldName(name));
    gone.push({ ...column, name, schema: goneSchema(column, name), present: false });
    goneFrom.push(at);
  }
  return { shape: { ...fresh, live: true, columns: [...columns, ...gone] }, sources: [...found, ...goneFrom] };
}

/** Where among former names the column lies that bears a name now, or -1: one renamed to it goes before one that bore it and is gone. */
export function positionNow(
  former: readonly (string | null)[],
  renamed: ReadonlyMap<string, string>,
  name: string,
): number {
  const folded = foldName(name);
  const position = former.findIndex((each) => each !== null && renamed.get(foldName(each)) === folded);
  if (position >= 0) return position;
  return former.findIndex((each) => each !== null && foldName(each) === folded && !renamed.has(folded));
}

/** A rowid that is no longer kept becomes a column like others. */
function goneSchema({ schema }: HistoryColumn, name: string): ColumnSchema | null {
  return schema === null ? null : { ...schema, name, primaryKeyPosition: 0, notNull: false };
}

function unusedName(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(foldName(candidate)); number++) candidate = `${name}_${number}`;
  return candidate;
}

function classOfAffinity(affinity: ColumnSchema["affinity"]): ColumnClass {
  return affinity === "numeric" ? "number" : affinity;
}
