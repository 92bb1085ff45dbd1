import type { AnalysedCte } from "../../../sql/mod.ts";
import type { CteScanPlan, PlanCte } from "../plan/plan.ts";
import { freeColumns } from "../plan/plan_walk.ts";
import { type Binding, type BoundCte, type BoundQuery, decline, type RowScope } from "./binding.ts";
import { requireComparable } from "./comparable.ts";
import { positional } from "./positional.ts";

/** Makes common tables known to the queries that may read them; each is planned when first read. */
export function defineCtes(binding: Binding, ctes: readonly AnalysedCte[], scope: RowScope | null): void {
  for (const cte of ctes) binding.ctes.set(cte.id, { cte, scope, planned: null, dependent: false });
}

/** The rows of a common table for one more reader: its query in place if it is the only one. */
export function bindCte(binding: Binding, { id }: AnalysedCte): BoundQuery {
  const known = binding.ctes.get(id);
  if (known === undefined) return decline("construct", "a common table out of reach");
  const { cte, scope } = known;
  if (known.planned !== null) return readPlanned(binding, known.planned);
  if (cte.recursive) return readPlanned(binding, planRecursive(binding, known));
  if (cte.uses <= 1 || known.dependent) return binding.bindQuery(binding, cte.query, scope, "rows");
  const bound = binding.bindQuery(binding, cte.query, scope, "rows");
  if (freeColumns(bound.plan).size > 0) {
    known.dependent = true;
    return bound;
  }
  const { plan, columns } = positional(binding, bound);
  const planned: PlanCte = { id: binding.nextCte(), name: cte.name, kind: "plain", plan, columns };
  known.planned = planned;
  binding.planned.push(planned);
  return readPlanned(binding, planned);
}

function readPlanned(binding: Binding, cte: PlanCte): BoundQuery {
  const columns = cte.columns.map((column) => binding.copyOf(column));
  const plan: CteScanPlan = { kind: "cteScan", cte: cte.id, indexes: columns.map((_, index) => index), columns };
  return { plan, columns };
}

/** `initial UNION [ALL] step`. While the step is planned, reading the table means the rows of the step before. */
function planRecursive(binding: Binding, known: BoundCte): PlanCte {
  const { cte, scope } = known;
  const { body, ctes } = cte.query;
  if (body.kind !== "compound" || (body.operator !== "union" && body.operator !== "unionAll")) {
    return decline("recursion", `recursive "${cte.name}" is no UNION`);
  }
  defineCtes(binding, ctes, scope);
  const initial = positional(binding, binding.bindBody(binding, body.left, scope, "rows"));
  const columns = cte.columns.map((column, index) => {
    if (body.operator === "union") {
      requireComparable(column.type, body.collations[index]?.name ?? "BINARY", `recursive "${cte.name}"`);
    }
    return binding.column(column.name, column.type);
  });
  const base = { id: binding.nextCte(), name: cte.name, columns, kind: "recursive", limit: null } as const;
  const distinct = body.operator === "union";
  known.planned = { ...base, initial: initial.plan, step: initial.plan, distinct };
  const step = positional(binding, binding.bindBody(binding, body.right, scope, "rows"));
  if (freeColumns(initial.plan).size > 0 || freeColumns(step.plan).size > 0) {
    return decline("recursion", `recursive "${cte.name}" reads an enclosing query`);
  }
  const planned: PlanCte = { ...base, initial: initial.plan, step: step.plan, distinct };
  known.planned = planned;
  binding.planned.push(planned);
  return planned;
}
