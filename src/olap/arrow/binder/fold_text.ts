import { foldedText } from "../plan/fold_text.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import { decline } from "./binding.ts";

/** Text as another that is equal exactly if the collating sequence takes the two for equal. */
export function foldText(text: PlanExpr, collation: string): PlanExpr {
  return foldedText(text, collation) ??
    decline("collation", `values compared by ${collation} of which some may be no text`);
}
