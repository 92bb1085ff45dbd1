import type { AnalysedCte } from "../../../sql/mod.ts";
import { BLOB, INTEGER, NUMERIC, REAL, TEXT } from "../../../sql/mod.ts";
import { commonRep } from "./coercions.ts";
import { fit, printArm, requireComparable } from "./compound.ts";
import { physicalNames } from "./output_list.ts";
import type { PrintedColumn, PrintedQuery, Translation } from "./printing.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** `WITH …` for common tables. What is read twice is computed once, so that both readers see the same sums. */
export function printCtes(translation: Translation, ctes: readonly AnalysedCte[]): string {
  if (ctes.length === 0) return "";
  const recursive = ctes.some((cte) => cte.recursive) ? "RECURSIVE " : "";
  const printed = ctes.map((cte) => {
    const { sql, columns } = cte.recursive
      ? printRecursive(translation, cte)
      : translation.printQuery(translation, cte.query, "rows");
    translation.ctes.set(cte.id, columns);
    const names = columns.flatMap(physicalNames).join(", ");
    const hint = cte.recursive ? "" : cte.uses > 1 ? " MATERIALIZED" : " NOT MATERIALIZED";
    return `w${cte.id}(${names}) AS${hint} (${sql})`;
  });
  return `WITH ${recursive}${printed.join(", ")} `;
}

/** The recursive arm reads columns of the representation the first arm gives; it may not need another one. */
function printRecursive(translation: Translation, cte: AnalysedCte): PrintedQuery {
  const { body } = cte.query;
  if (body.kind !== "compound") return decline("recursion", `recursive "${cte.name}" is no compound`);
  const inner = printCtes(translation, cte.query.ctes);
  if (inner !== "") decline("recursion", `WITH inside recursive "${cte.name}"`);
  const initial = printArm(translation, body.left);
  const columns = initial.outputs.map((output, index): PrintedColumn => {
    const rep = commonRep([output, { rep: wantedRep(cte, index, output) }], "a recursive column");
    return { rep, nan: rep === "real" || rep === "tagged", range: null, bounds: null, stored: false };
  });
  translation.ctes.set(cte.id, columns);
  const step = printArm(translation, body.right);
  const arms = [initial, step].map((arm) =>
    arm.print(columns.map((column, index) => fit(arm.outputs[index]!, column)))
  );
  if (body.operator === "union") {
    columns.forEach((column, index) => requireComparable(column, body.collations[index]?.name ?? "BINARY"));
  }
  return { sql: `${arms[0]} ${body.operator === "union" ? "UNION" : "UNION ALL"} ${arms[1]}`, columns };
}

const REP_OF_CLASSES: Readonly<Record<number, SqlValue["rep"]>> = {
  0: "null",
  [INTEGER]: "integer",
  [REAL]: "real",
  [NUMERIC]: "tagged",
  [TEXT]: "text",
  [BLOB]: "blob",
};

function wantedRep(cte: AnalysedCte, index: number, initial: SqlValue): SqlValue["rep"] {
  const { classes } = cte.columns[index]!.type;
  if (initial.rep === "number") return "number";
  return REP_OF_CLASSES[classes] ?? decline("type", `a column of recursive "${cte.name}" of several classes`);
}
