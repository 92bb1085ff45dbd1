import { invariant } from "../../../errors/mod.ts";
import type { AnalysedStatement, SourceOrder } from "../../../sql/mod.ts";
import type { PlanStatement } from "../plan/plan.ts";
import { freeColumns } from "../plan/plan_walk.ts";
import { Binding } from "./binding.ts";
import { bindBody } from "./body.ts";
import { defineCtes } from "./ctes.ts";
import { bindQuery } from "./query.ts";

/**
 * The logical plan of an analysed statement: subqueries are joins, names are column ids.
 *
 * @param windowOrder In which order SQLite would meet the rows that windows sort, if known: it decides about rows that tie.
 * @throws {Unanalysable} When the answer could differ from SQLite's, or a construct is not planned.
 */
export function planStatement(statement: AnalysedStatement, windowOrder: SourceOrder | null = null): PlanStatement {
  const binding = new Binding(bindQuery, bindBody, windowOrder);
  defineCtes(binding, statement.views, null);
  const { plan, columns } = bindQuery(binding, statement.query, null, "result");
  // The order is that of the only SELECT with windows.
  if (windowOrder !== null && binding.windowedSelects > 1) return planStatement(statement, null);
  invariant(freeColumns(plan).size === 0, "a statement reads only what its plan makes");
  return {
    ctes: binding.planned,
    root: plan,
    outputs: columns.map((column) => column.id),
    columns: statement.query.resultColumns,
    tables: statement.tables,
  };
}
