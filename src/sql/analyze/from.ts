import type { ColumnSchema, MirrorTable } from "../../types/mod.ts";
import { ROWID_COLUMN } from "../../types/mod.ts";
import type { Expr, FromItem, Join, Name, TableRef } from "../tree.ts";
import { type Analysis } from "./analysis.ts";
import type { AnalysedExpr, AnalysedFrom, Source, SourceColumn } from "./analysed.ts";
import { readCte } from "./common_tables.ts";
import { comparison } from "./comparisons.ts";
import { columnExpr, derivedColumns } from "./columns.ts";
import type { CteScope } from "./cte.ts";
import { foldName } from "../fold_name.ts";
import { historySource } from "./history.ts";
import { isHistoryRef } from "../system_time.ts";
import type { Scope } from "./scope.ts";
import { columnType, truthType } from "./value_type.ts";
import { Unanalysable } from "./unanalysable.ts";
import { viewDefinition } from "./views.ts";

/** Gives an expression its meaning within the SELECT whose FROM is analysed. */
export type AnalyseOn = (expr: Expr) => AnalysedExpr;

/** A FROM clause whose names are known, but not yet what its ON clauses say. */
export interface PendingFrom {
  /** Completes the clause; ON may use aliases of the select list, so it comes after that. */
  readonly complete: (analyseOn: AnalyseOn) => AnalysedFrom;
}

interface FromContext {
  readonly analysis: Analysis;
  readonly scope: Scope;
  readonly ctes: CteScope;
}

/** Analyses a FROM clause and adds its items to `scope`. */
export function analyseFrom(analysis: Analysis, from: FromItem, scope: Scope, ctes: CteScope): PendingFrom {
  return visit({ analysis, scope, ctes }, from, false, new Set());
}

function visit(context: FromContext, item: FromItem, outerNullable: boolean, merged: ReadonlySet<string>): PendingFrom {
  if (item.kind === "join") return visitJoin(context, item, outerNullable, merged);
  const source = analyseSource(context, item, outerNullable);
  context.scope.sources.push({ source, merged });
  return { complete: () => ({ kind: "source", source }) };
}

function visitJoin(
  context: FromContext,
  join: Join,
  outerNullable: boolean,
  merged: ReadonlySet<string>,
): PendingFrom {
  const type = join.type === "comma" || join.type === "cross" ? "inner" : join.type;
  const shares = join.natural || join.using !== null;
  if (shares && (type === "right" || type === "full")) {
    throw new Unanalysable("construct", `${type.toUpperCase()} JOIN with USING or NATURAL is not translated`);
  }
  if (shares && join.right.kind === "join") {
    throw new Unanalysable("construct", "USING or NATURAL with a parenthesised join is not translated");
  }
  const first = context.scope.sources.length;
  const left = visit(context, join.left, outerNullable || type === "right" || type === "full", merged);
  const leftSources = context.scope.sources.slice(first);
  const mergedHere = new Set<string>();
  const right = visit(context, join.right, outerNullable || type === "left" || type === "full", mergedHere);
  const shared: AnalysedExpr[] = [];
  if (shares) {
    const rightSource = context.scope.sources.at(-1)!.source;
    const names = join.using?.map((name) => name.text) ??
      naturalNames(leftSources.map((entry) => entry.source), rightSource);
    for (const name of names) {
      shared.push(equality(join, leftSources.map((entry) => entry.source), rightSource, name));
      mergedHere.add(foldName(name));
    }
  }
  return {
    complete: (analyseOn) => {
      const l = left.complete(analyseOn);
      const r = right.complete(analyseOn);
      const on = join.on === null ? shared : [...shared, analyseOn(join.on)];
      return { kind: "join", type, left: l, right: r, on: on.length === 0 ? null : on.reduce(both) };
    },
  };
}

function both(left: AnalysedExpr, right: AnalysedExpr): AnalysedExpr {
  const type = truthType(left.type.nullable || right.type.nullable);
  const { start, end } = right;
  return { kind: "logic", operator: "and", left, right, type, affinity: null, collation: null, start, end };
}

function naturalNames(left: readonly Source[], right: Source): string[] {
  const present = new Set(
    left.flatMap((source) => source.columns.filter(isListed).map((c) => foldName(c.name))),
  );
  return right.columns.filter((column) => isListed(column) && present.has(foldName(column.name))).map((c) => c.name);
}

function isListed({ hidden, unlisted }: SourceColumn): boolean {
  return !hidden && !unlisted;
}

function equality(join: Join, left: readonly Source[], right: Source, name: string): AnalysedExpr {
  const wanted = foldName(name);
  const index = (source: Source) => source.columns.findIndex((c) => !c.hidden && foldName(c.name) === wanted);
  const leftSource = left.find((source) => index(source) >= 0);
  if (leftSource === undefined || index(right) < 0) {
    throw new Unanalysable("name", `cannot join using column "${name}": not present in both tables`);
  }
  return comparison(
    "=",
    columnExpr(leftSource, index(leftSource), 0, join),
    columnExpr(right, index(right), 0, join),
    join,
  );
}

function analyseSource(context: FromContext, item: Exclude<FromItem, Join>, outerNullable: boolean): Source {
  const { analysis, scope, ctes } = context;
  switch (item.kind) {
    case "table":
      return analyseTable(context, item, outerNullable);
    case "subquery": {
      // A FROM subquery sees the enclosing queries, not its neighbours.
      const query = analysis.analyseQuery(analysis, item.query, scope.parent, ctes);
      const name = item.alias?.text ?? null;
      const columns = derivedColumns(query.columns);
      return { kind: "query", id: analysis.nextId(), name, columns, rowid: null, outerNullable, query };
    }
    case "tableFunction":
      throw new Unanalysable("construct", `table-valued function ${item.name.text}() is not translated`);
  }
}

function analyseTable(context: FromContext, ref: TableRef, outerNullable: boolean): Source {
  const { analysis, ctes } = context;
  const written = ref.name.text;
  const base = { id: analysis.nextId(), name: ref.alias?.text ?? written, outerNullable };
  if (ref.schema === null) {
    const definition = ctes.find(written);
    if (definition !== null) {
      if (isHistoryRef(ref)) throw new Unanalysable("table", `"${written}" is no table: it has no history`);
      const cte = readCte(analysis, definition);
      return { ...base, kind: "cte", columns: cte.columns, rowid: null, cte };
    }
  } else if (foldName(ref.schema.text) !== "main") {
    throw new Unanalysable("table", `"${ref.schema.text}.${written}" is outside the main database`);
  }
  if (isHistoryRef(ref)) return historySource(analysis, ref, base);
  const table = analysis.catalog.table(written);
  if (table !== undefined) {
    analysis.tables.add(foldName(table.name));
    const columns = tableColumns(table);
    return { ...base, kind: "table", columns, rowid: rowidIndex(table), table };
  }
  const view = viewDefinition(analysis, ref.name);
  if (view !== null) {
    const cte = readCte(analysis, view);
    return { ...base, kind: "cte", columns: cte.columns, rowid: null, cte };
  }
  throw absent(analysis, ref.name);
}

function absent(analysis: Analysis, name: Name): Unanalysable {
  const absence = analysis.catalog.absence(name.text);
  if (absence !== undefined) {
    return new Unanalysable("table", `table "${name.text}" is not in the mirror: ${absence}`);
  }
  if (/^(sqlite_|pragma_)/i.test(name.text)) {
    return new Unanalysable("table", `table "${name.text}" belongs to SQLite itself`);
  }
  return new Unanalysable("name", `no table "${name.text}" in the mirror`);
}

function rowidIndex(table: MirrorTable): number | null {
  const { key } = table.source;
  if (key.kind !== "rowid") return null;
  const index = table.columns.findIndex((column) => column.name === (key.alias ?? ROWID_COLUMN));
  return index < 0 ? null : index;
}

function tableColumns(table: MirrorTable): SourceColumn[] {
  const { source } = table;
  const schemas = new Map(source.columns.map((column) => [column.name, column]));
  const notNull = new Set(source.key.kind === "primaryKey" ? source.key.columns : [source.key.alias]);
  return table.columns.map((column): SourceColumn => {
    const schema: ColumnSchema | undefined = schemas.get(column.name);
    if (schema === undefined) {
      const type = columnType(column.class, false);
      return { name: "rowid", type, affinity: "integer", collation: null, declaredType: "INTEGER", hidden: true };
    }
    return {
      name: schema.name,
      type: columnType(column.class, !schema.notNull && !notNull.has(schema.name)),
      affinity: schema.affinity,
      collation: { name: schema.collation.toUpperCase(), explicit: false },
      declaredType: schema.declaredType,
      hidden: false,
      ...(schema.generated === "virtual" && schema.affinity === "real" ? { classByPlan: true } : {}),
    };
  });
}
