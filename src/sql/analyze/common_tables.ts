import type { Compound, Query, TableRef } from "../tree.ts";
import type { Analysis } from "./analysis.ts";
import { DEPTH_MAX } from "./analysis.ts";
import type { AnalysedQuery, SourceColumn } from "./analysed.ts";
import type { CteDefinition, CteInProgress } from "./cte.ts";
import { derivedColumns } from "./columns.ts";
import { foldName } from "../fold_name.ts";
import { Unanalysable } from "./unanalysable.ts";
import { mergeTypes } from "./value_type.ts";

/** The analysed common table, for one more FROM item that reads it. */
export function readCte(analysis: Analysis, definition: CteDefinition): CteInProgress {
  if (definition.state === "analysing") {
    if (definition.recursion === null) {
      throw new Unanalysable("recursion", `circular reference to "${definition.table.name.text}"`);
    }
    definition.recursion.reads++;
    return definition.recursion.cte;
  }
  if (definition.result === null) analyse(analysis, definition);
  const { cte } = definition.result!;
  cte.uses++;
  return cte;
}

function analyse(analysis: Analysis, definition: CteDefinition): void {
  if (++analysis.depth > DEPTH_MAX) throw new Unanalysable("limit", "common tables and views nest too deep");
  definition.state = "analysing";
  const { table } = definition;
  const cte = readsItself(table.query, table.name.text)
    ? recursiveTable(analysis, definition)
    : plainTable(analysis, definition);
  definition.state = "done";
  definition.result = { cte, order: analysis.nextId() };
  analysis.depth--;
}

function plainTable(analysis: Analysis, definition: CteDefinition): CteInProgress {
  const query = analysis.analyseQuery(analysis, definition.table.query, definition.scope, definition.ctes);
  const shown = definition.isView
    ? query.columns.map((column, index) => ({ ...column, name: query.viewNames[index]! }))
    : query.columns;
  const columns = renamed(shown, definition);
  return { id: analysis.nextId(), name: definition.table.name.text, columns, query, recursive: false, uses: 0 };
}

function renamed(columns: readonly SourceColumn[], { table }: CteDefinition): SourceColumn[] {
  if (table.columns === null) return derivedColumns(columns);
  if (table.columns.length !== columns.length) {
    const given = table.columns.length;
    throw new Unanalysable("name", `table ${table.name.text} has ${columns.length} values for ${given} columns`);
  }
  return columns.map((column, index) => ({ ...column, name: table.columns![index]!.text }));
}

/** Whether FROM names the table anywhere: SQLite calls only such a common table recursive. */
function readsItself(query: Query, name: string): boolean {
  const wanted = foldName(name);
  const visit = (value: unknown): boolean => {
    if (value === null || typeof value !== "object") return false;
    if (Array.isArray(value)) return value.some(visit);
    if ("kind" in value && value.kind === "table" && "name" in value && "indexed" in value) {
      const table = value as unknown as TableRef;
      return table.schema === null && foldName(table.name.text) === wanted;
    }
    return Object.values(value).some(visit);
  };
  return visit(query);
}

/** `initial UNION [ALL] recursive`, where only the right arm reads the table, and only once. */
function recursiveTable(analysis: Analysis, definition: CteDefinition): CteInProgress {
  const { table } = definition;
  const { body, orderBy, limit, offset } = table.query;
  const fail = (reason: string) => new Unanalysable("recursion", `recursive "${table.name.text}": ${reason}`);
  if (body.kind !== "compound" || (body.operator !== "union" && body.operator !== "unionAll")) {
    throw fail("only a UNION or UNION ALL of two arms is translated");
  }
  if (orderBy.length > 0 || limit !== null || offset !== null) throw fail("ORDER BY and LIMIT steer the recursion");
  if (table.query.with !== null) throw fail("a WITH inside it is not translated");
  const initial = analysis.analyseQuery(analysis, arm(table.query, body.left), definition.scope, definition.ctes);
  const cte: CteInProgress = {
    id: analysis.nextId(),
    name: table.name.text,
    columns: renamed(initial.columns, definition),
    query: initial,
    recursive: true,
    uses: 0,
  };
  // A recursive step may widen the types it started from; it is analysed again until they stand still.
  for (let round = 0; round < 3; round++) {
    definition.recursion = { cte, reads: 0 };
    const step = analysis.analyseQuery(analysis, arm(table.query, body.right), definition.scope, definition.ctes);
    if (definition.recursion.reads !== 1) throw fail("it must read itself exactly once");
    if (step.columns.length !== cte.columns.length) throw fail("its arms differ in the number of columns");
    const merged = cte.columns.map((column, index) => ({
      ...column,
      type: mergeTypes([column.type, step.columns[index]!.type]),
      // As of every compound, SQLite reports the last arm's declared types to an enclosing query.
      declaredType: step.columns[index]!.declaredType,
    }));
    const settled = merged.every((column, index) =>
      JSON.stringify(column.type) === JSON.stringify(cte.columns[index]!.type)
    );
    cte.columns = merged;
    if (settled) {
      cte.query = union(body, initial, step, merged);
      definition.recursion = null;
      return cte;
    }
  }
  throw fail("the types of its columns do not settle");
}

function arm(query: Query, body: Compound["left"]): Query {
  return { ...query, with: null, body, orderBy: [], limit: null, offset: null };
}

function union(body: Compound, initial: AnalysedQuery, step: AnalysedQuery, columns: SourceColumn[]): AnalysedQuery {
  const operator = body.operator;
  return {
    ...initial,
    body: {
      kind: "compound",
      operator,
      left: initial.body,
      right: step.body,
      collations: columns.map((column) => column.collation),
    },
    ctes: [...initial.ctes, ...step.ctes],
    columns,
  };
}
