import type { MirrorTable } from "../../../types/mod.ts";
import type { Plan } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { renamePlan } from "../plan/rename_plan.ts";

/** A text that is the same for plans that are the same but for the ids and names of their columns. */
export function planKey(plan: Plan): string {
  let last = 0;
  const { plan: numbered } = renamePlan(plan, (column) => ({ ...column, id: last++ }));
  return JSON.stringify(numbered, (_, value: unknown) => {
    if (typeof value === "bigint") return { integer: String(value) };
    if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) return { real: String(value) };
    if (value instanceof Uint8Array) return { blob: [...value] };
    if (isTable(value)) return { table: value.name };
    return isColumn(value) ? { column: value.id } : value;
  });
}

function isTable(value: unknown): value is MirrorTable {
  return typeof value === "object" && value !== null && "source" in value && "keyColumns" in value;
}

function isColumn(value: unknown): value is PlanColumn {
  return typeof value === "object" && value !== null && "id" in value && "name" in value && "type" in value &&
    !("kind" in value);
}
