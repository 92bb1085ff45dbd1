import type { ExprOf } from "../../../sql/mod.ts";
import type { Printing } from "./printing.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** A call over a window. */
export function windowSql(call: ExprOf<"window">, _printing: Printing): SqlValue {
  return decline("window", `window function ${call.name}() is not translated`);
}
