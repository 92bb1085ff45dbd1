import type { PlanCte } from "../plan/plan.ts";
import { storedValue } from "./relation.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { type Relation, RelationBuilder } from "./relation.ts";
import type { Run } from "./run.ts";
import { entryBytes } from "./value_bytes.ts";
import { keyText } from "./value_keys.ts";

/** Rows of a recursive common table: each step reads what the one before added, until one adds nothing. */
export function recursive(run: Run, cte: Extract<PlanCte, { readonly kind: "recursive" }>): Relation {
  const ids = cte.columns.map(({ id }) => id);
  const met = cte.distinct ? new Set<string>() : null;
  const all = new RelationBuilder(run.context.budget);
  const append = (rows: Relation) => {
    run.scanRelation(rows, (e) => {
      all.begin(e);
      const values = ids.map((id) => e.column(id));
      all.prepare(e, values);
      all.emitAppend(e, values);
      all.end();
    });
  };
  const fresh = (plan: typeof cte.initial) => {
    const rows = run.materialise(plan, plan.columns.map(({ id }) => id));
    const stored = [...rows.columns.values()];
    const named: Relation = { ...rows, columns: new Map(ids.map((id, at) => [id, stored[at]!])) };
    return met === null ? named : onlyNew(named, met, run.context.budget);
  };
  let delta = fresh(cte.initial);
  while (delta.rowCount > 0) {
    run.checkCancelled();
    append(delta);
    if (cte.limit !== null && all.count >= cte.limit) break;
    run.setCommon(cte.id, delta);
    delta = fresh(cte.step);
  }
  const relation = all.finish(ids);
  const rowCount = cte.limit === null ? relation.rowCount : Math.min(relation.rowCount, cte.limit);
  return { ...relation, rowCount };
}

/** The rows that were not met before, in their order. */
function onlyNew(rows: Relation, met: Set<string>, budget: MemoryBudget): Relation {
  const stored = [...rows.columns.values()];
  const kept: number[] = [];
  for (let at = 0; at < rows.rowCount; at++) {
    const row = rows.order?.[at] ?? at;
    const key = stored.map((column) => {
      const text = keyText(storedValue(column, row));
      return `${text.length}:${text}`;
    }).join();
    if (met.has(key)) continue;
    budget.take(entryBytes(key));
    met.add(key);
    kept.push(row);
  }
  return { rowCount: kept.length, columns: rows.columns, order: Int32Array.from(kept) };
}
