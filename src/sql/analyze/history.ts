import { invariant } from "../../errors/mod.ts";
import { foldName } from "../fold_name.ts";
import type { HistoryRef, SystemPeriod } from "../system_time.ts";
import type { ColumnSchema, ExactValue, MirrorTable, TableHistory } from "../../types/mod.ts";
import { HISTORY_COLUMNS, ROWID_COLUMN } from "../../types/mod.ts";
import type { Span } from "../tree.ts";
import { type Analysis } from "./analysis.ts";
import type { AnalysedBody, AnalysedExpr, AnalysedQuery, AnalysedSelect, Source, SourceColumn } from "./analysed.ts";
import { comparison } from "./comparisons.ts";
import { Unanalysable } from "./unanalysable.ts";
import { columnType, literalType, mergeTypes, NULL_TYPE, NUMERIC, TEXT, typeOf } from "./value_type.ts";

/**
 * Gives an INTEGER of µs since 1970 UTC as `YYYY-MM-DDTHH:MM:SS.ffffffZ`. A backend's own function: no statement can call it by name.
 */
export const INSTANT_TEXT = "_rhei_instant_text";

const HISTORY_NAMES: ReadonlySet<string> = new Set(Object.values(HISTORY_COLUMNS));

/** A column as a version of a row shows it, and where each part of the history has it; -1 where it has not. */
export interface VersionColumn {
  readonly column: SourceColumn;
  readonly open: number;
  readonly closed: number;
}

type Part = Extract<Source, { kind: "table" }>;

/**
 * The versions of a table's rows in a period, as a subquery over the two mirror tables that hold its history. As of a time the rows look
 * as the table's own; for a period columns dropped since follow, then the version's times and what made it.
 */
export function historySource(
  analysis: Analysis,
  ref: HistoryRef,
  base: Pick<Source, "id" | "name" | "outerNullable">,
): Source {
  const period = periodOf(analysis, ref);
  const history = analysis.catalog.history?.(ref.name.text);
  if (history === undefined) {
    throw new Unanalysable("table", `table "${ref.name.text}" has no history`);
  }
  const [open, closed] = [part(analysis, history.open), part(analysis, history.closed)];
  const columns = versionColumns(history, period.kind !== "asOf");
  const arms = [
    arm(open, columns.map((column) => valueOf(open, column.open, column, ref)), openRows(open, period, ref)),
    arm(closed, columns.map((column) => valueOf(closed, column.closed, column, ref)), closedRows(closed, period, ref)),
  ] as const;
  const body: AnalysedBody = {
    kind: "compound",
    operator: "unionAll",
    left: arms[0],
    right: arms[1],
    collations: columns.map(({ column }) => column.collation),
  };
  const shown = columns.map(({ column }) => column);
  const { key } = history.open.source;
  const rowid = key.kind === "rowid" ? shown.findIndex(({ name }) => name === (key.alias ?? "rowid")) : -1;
  const query = queryOf(body, shown);
  return {
    ...base,
    kind: "query",
    columns: shown,
    rowid: rowid < 0 ? null : rowid,
    query,
    keys: [versionKey(history, columns, period)],
  };
}

function periodOf({ periods }: Analysis, { systemTime }: HistoryRef): SystemPeriod {
  const period = periods.get(systemTime);
  invariant(period !== undefined, "the times of a statement that is to be run are known");
  return period;
}

/** What tells two versions apart: the row's key, and for a period when they began. */
function versionKey({ open }: TableHistory, columns: readonly VersionColumn[], period: SystemPeriod): number[] {
  const key = open.keyColumns.map((name) => columns.findIndex((column) => column.open === indexOf(open, name)));
  if (period.kind === "asOf") return key;
  return [...key, columns.findIndex(({ column }) => column.name === HISTORY_COLUMNS.validFrom)];
}

function queryOf(body: AnalysedBody, columns: readonly SourceColumn[]): AnalysedQuery {
  return {
    kind: "query",
    ctes: [],
    body,
    columns,
    resultColumns: columns.map(({ name, declaredType }) => ({ name, declaredType })),
    viewNames: columns.map(({ name }) => name),
    orderBy: [],
    limit: null,
    offset: 0n,
  };
}

function part(analysis: Analysis, table: MirrorTable): Part {
  analysis.tables.add(foldName(table.name));
  const columns = table.columns.map((column) => partColumn(table, column.name));
  return { kind: "table", id: analysis.nextId(), name: null, columns, rowid: null, outerNullable: false, table };
}

/** A column of one part. A version may hold NULL in what is NOT NULL by now. */
function partColumn(table: MirrorTable, name: string): SourceColumn {
  const { class: columnClass } = table.columns.find((column) => column.name === name)!;
  const schema = schemaOf(table, name);
  const isOwn = HISTORY_NAMES.has(name);
  return {
    name,
    type: columnType(columnClass, !isOwn),
    affinity: schema?.affinity ?? (columnClass === "text" ? "text" : "integer"),
    collation: { name: (schema?.collation ?? "BINARY").toUpperCase(), explicit: false },
    declaredType: schema === undefined ? "INTEGER" : schema.declaredType,
    hidden: name === ROWID_COLUMN,
  };
}

function schemaOf(table: MirrorTable, name: string): ColumnSchema | undefined {
  return table.source.columns.find((column) => column.name === name);
}

/**
 * The columns of versions: the table's present ones, those dropped since, and the version's own three. As of a time only the first are
 * listed.
 */
export function versionColumns({ open, closed }: TableHistory, listed: boolean): VersionColumn[] {
  const own = (table: MirrorTable) => table.columns.map(({ name }) => name).filter((name) => !HISTORY_NAMES.has(name));
  const present = own(open);
  const known = new Set(present.map(foldName));
  const dropped = own(closed).filter((name) => !known.has(foldName(name)));
  return [
    ...present.map((name) => ownColumn(open, closed, name, true)),
    ...dropped.map((name) => ownColumn(open, closed, name, listed)),
    ...[HISTORY_COLUMNS.validFrom, HISTORY_COLUMNS.validTo, HISTORY_COLUMNS.operation].map((name): VersionColumn => ({
      column: {
        name,
        type: typeOf(TEXT, name === HISTORY_COLUMNS.validTo),
        affinity: "text",
        collation: { name: "BINARY", explicit: false },
        declaredType: "TEXT",
        hidden: false,
        ...(listed ? {} : { unlisted: true }),
      },
      open: indexOf(open, name),
      closed: indexOf(closed, name),
    })),
  ];
}

function indexOf(table: MirrorTable, name: string): number {
  return table.columns.findIndex((column) => foldName(column.name) === foldName(name));
}

function ownColumn(open: MirrorTable, closed: MirrorTable, name: string, listed: boolean): VersionColumn {
  const places = { open: indexOf(open, name), closed: indexOf(closed, name) };
  const found = [places.open < 0 ? [] : [partColumn(open, open.columns[places.open]!.name)]].flat();
  if (places.closed >= 0) found.push(partColumn(closed, closed.columns[places.closed]!.name));
  const [first] = found;
  const isEncoded = [open, closed].some(({ history }) =>
    history?.encoded.some((one) => foldName(one) === foldName(name))
  );
  const type = mergeTypes(found.map((column) => column.type));
  const unreadable = isEncoded ||
    (type.classes & ~NUMERIC) !== 0 && found.some((column) => column.type.classes !== type.classes);
  return {
    ...places,
    column: {
      ...first!,
      name: name === ROWID_COLUMN ? "rowid" : name,
      type,
      ...(listed ? {} : { unlisted: true }),
      ...(unreadable ? { unreadable: `the versions of column "${name}" hold values of several classes` } : {}),
    },
  };
}

function arm(source: Part, outputs: readonly AnalysedExpr[], where: AnalysedExpr | null): AnalysedSelect {
  const from = { kind: "source", source } as const;
  return { kind: "select", distinct: false, outputs, from, where, grouped: false, groupBy: [], having: null };
}

/** What a part shows in a column. */
function valueOf(source: Part, index: number, { column }: VersionColumn, span: Span): AnalysedExpr {
  if (index < 0 || column.unreadable !== undefined) return literal(null, span);
  const value = columnOf(source, index, span);
  if (column.name !== HISTORY_COLUMNS.validFrom && column.name !== HISTORY_COLUMNS.validTo) return value;
  return {
    kind: "function",
    name: INSTANT_TEXT,
    arguments: [value],
    type: typeOf(TEXT, false),
    affinity: null,
    collation: null,
    start: span.start,
    end: span.end,
  };
}

function columnOf(source: Part, index: number, { start, end }: Span): AnalysedExpr {
  const { type, affinity, collation } = source.columns[index]!;
  return { kind: "column", source, column: index, depth: 0, type, affinity, collation, start, end };
}

function literal(value: ExactValue, { start, end }: Span): AnalysedExpr {
  const type = value === null ? NULL_TYPE : literalType(value);
  return { kind: "literal", value, type, affinity: null, collation: null, start, end };
}

/** Rows of the open part, which have not ended. */
function openRows(source: Part, period: SystemPeriod, span: Span): AnalysedExpr | null {
  if (period.kind === "all") return null;
  if (isEmpty(period)) return literal(0n, span);
  return begunBy(source, period.kind === "asOf" ? period.at : period.to, span);
}

/** Rows of the closed part. A tombstone begins when it ends: no time sees it, a period does that reaches over its time. */
function closedRows(source: Part, period: SystemPeriod, span: Span): AnalysedExpr | null {
  if (period.kind === "all") return null;
  if (isEmpty(period)) return literal(0n, span);
  const [after, until] = period.kind === "asOf" ? [period.at, period.at] : [period.from, period.to];
  const validTo = columnOf(source, indexOf(source.table, HISTORY_COLUMNS.validTo), span);
  const left = comparison(">", validTo, literal(after, span), span);
  const right = begunBy(source, until, span);
  const { type, affinity, collation } = left;
  return { kind: "logic", operator: "and", left, right, type, affinity, collation, start: span.start, end: span.end };
}

function isEmpty(period: SystemPeriod): boolean {
  return period.kind === "between" && period.from > period.to;
}

function begunBy(source: Part, time: bigint, span: Span): AnalysedExpr {
  const validFrom = columnOf(source, indexOf(source.table, HISTORY_COLUMNS.validFrom), span);
  return comparison("<=", validFrom, literal(time, span), span);
}
