import type { AnalysedExpr } from "../../../sql/mod.ts";
import { exactly, type Printing } from "./printing.ts";
import { truthSql } from "./truth.ts";

/** An expression as a condition. */
export function condition(expr: AnalysedExpr, printing: Printing): string {
  return truthSql(printing.translation.translate(expr, exactly(printing)));
}
