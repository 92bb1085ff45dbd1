import { TEXT } from "../../../sql/mod.ts";
import { bare } from "../plan/build_expr.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import { decline } from "./binding.ts";

/** Text as another that is equal exactly if the collating sequence takes the two for equal. */
export function foldText(text: PlanExpr, collation: string): PlanExpr {
  const fold = collation === "NOCASE" ? "lower" : collation === "RTRIM" ? "rtrim" : null;
  if (fold === null) return decline("collation", `collating sequence ${collation} is not known`);
  if (text.type.classes !== TEXT) return decline("collation", `values that may be text compared by ${collation}`);
  return { kind: "function", name: fold, arguments: [text], ...bare(text.type) };
}
