import { TEXT } from "../../../sql/mod.ts";
import { bare } from "./build_expr.ts";
import type { PlanExpr } from "./plan_expr.ts";

const FOLDS: Readonly<Record<string, string>> = { NOCASE: "lower", RTRIM: "rtrim" };

/**
 * Text as another that is equal exactly if the collating sequence takes the two for equal; `null` for values that may be no text, and for
 * a sequence that is not built in.
 */
export function foldedText(text: PlanExpr, collation: string): PlanExpr | null {
  if (collation === "BINARY") return text;
  const name = FOLDS[collation];
  if (name === undefined || text.type.classes !== TEXT) return null;
  return { kind: "function", name, arguments: [text], ...bare(text.type) };
}
