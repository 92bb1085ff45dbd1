import type { AnalysedBody, AnalysedCompound, AnalysedOrder, AnalysedValues, ValueType } from "../../../sql/mod.ts";
import { combined, projected } from "../plan/build_plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { PlanColumn } from "../plan/plan_expr.ts";
import { type Binding, type BoundBody, type BoundQuery, type QueryRole, type RowScope, rowsOf } from "./binding.ts";
import { requireBinary, requireOneKind } from "./comparable.ts";
import { bindExpr } from "./expressions.ts";
import { positional } from "./positional.ts";
import { bindSelect } from "./select.ts";
import { outputKeys } from "./sort_keys.ts";

/** Plans the arms of a query. Keys are made for `orderBy`, but nothing is sorted yet. */
export function bindBody(
  binding: Binding,
  body: AnalysedBody,
  parent: RowScope | null,
  role: QueryRole,
  orderBy: readonly AnalysedOrder[] = [],
): BoundBody {
  switch (body.kind) {
    case "select":
      return bindSelect(binding, body, parent, role, orderBy);
    case "values":
    case "compound": {
      const bound = body.kind === "values"
        ? bindValues(binding, body, parent)
        : bindCompound(binding, body, parent, role === "set" || role === "exists" ? "set" : "rows");
      return { ...bound, keys: outputKeys(orderBy, bound.columns) };
    }
  }
}

function bindValues(binding: Binding, body: AnalysedValues, parent: RowScope | null): BoundQuery {
  const rows = rowsOf({ kind: "values", columns: [], rows: [[]] });
  const scope: RowScope = { parent, sources: new Map(), grouping: null, windows: new Map() };
  const place = { binding, scope, rows: body.rows.length === 1 ? rows : null };
  const cells = body.rows.map((row) => row.map((expr) => bindExpr(place, expr)));
  const columns = (cells[0] ?? []).map((_, index) =>
    binding.column(`column${index + 1}`, mergedType(cells.map((row) => row[index]!.type)))
  );
  if (cells.length === 1) {
    return { plan: projected(rows.plan, columns.map((column, i) => ({ column, expr: cells[0]![i]! }))), columns };
  }
  const plan: Plan = { kind: "values", columns, rows: cells };
  return { plan, columns };
}

/** UNION and the like, column by column. */
function bindCompound(
  binding: Binding,
  body: AnalysedCompound,
  parent: RowScope | null,
  role: QueryRole,
): BoundQuery {
  // UNION ALL of sets is as good as a set; the others compare whole rows.
  const inner = body.operator === "unionAll" ? role : "set";
  const left = positional(binding, bindBody(binding, body.left, parent, body.operator === "except" ? "rows" : inner));
  const right = positional(binding, bindBody(binding, body.right, parent, inner));
  const columns = left.columns.map((column, index): PlanColumn => {
    const types = [column.type, right.columns[index]!.type];
    requireOneKind(types, "a compound's column");
    const type = mergedType(types);
    if (body.operator !== "unionAll") requireBinary(type, body.collations[index]?.name ?? "BINARY", "a compound");
    return binding.column(column.name, type);
  });
  return { plan: combined(body.operator, left.plan, right.plan, columns), columns };
}

function mergedType(types: readonly ValueType[]): ValueType {
  const known = types.filter((type) => type.classes !== 0);
  return {
    classes: known.reduce((classes, type) => classes | type.classes, 0),
    nullable: types.some((type) => type.nullable),
    canonical: known.every((type) => type.canonical),
    truth: known.length > 0 && known.every((type) => type.truth),
  };
}
