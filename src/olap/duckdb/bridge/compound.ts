import type { AnalysedBody, AnalysedCompound, AnalysedValues } from "../../../sql/mod.ts";
import { limitsOfAny } from "./bounds.ts";
import { coerce, commonRep, tagOf, withoutBoolean, withoutNan } from "./coercions.ts";
import { exclusionOf } from "./empty_arm.ts";
import { outputSql, physicalNames, selectSql } from "./output_list.ts";
import { columnValues, type PrintedColumn, type PrintedQuery, type Printing, type Translation } from "./printing.ts";
import { printSelect } from "./select.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** An arm whose columns can still be brought to the representation all arms share. */
interface Arm {
  readonly outputs: readonly SqlValue[];
  print(outputs: readonly SqlValue[]): string;
}

/** Prints an arm of a compound but for its output list. */
export function printArm(translation: Translation, body: AnalysedBody): Arm {
  if (body.kind === "select") {
    const printed = printSelect(translation, body, { orderBy: [], shown: false });
    return { outputs: printed.outputs, print: (outputs) => selectSql(printed, outputs, []) };
  }
  const { sql, columns } = body.kind === "values" ? printValues(translation, body) : printCompound(translation, body);
  const qualifier = "q";
  return {
    outputs: columnValues(columns, qualifier),
    print: (outputs) => `SELECT ${outputs.flatMap(outputSql).join(", ")} FROM (${sql}) AS ${qualifier}`,
  };
}

/** An output in the representation of the column it goes into. */
export function fit(output: SqlValue, column: PrintedColumn): SqlValue {
  return coerce(withoutBoolean(output), column.rep);
}

const SET_OPERATORS = { union: "UNION", unionAll: "UNION ALL", intersect: "INTERSECT", except: "EXCEPT" } as const;

/** UNION and the like, each arm brought to the representation both share. */
export function printCompound(translation: Translation, body: AnalysedCompound): PrintedQuery {
  const left = printArm(translation, body.left);
  const right = printArm(translation, body.right);
  const columns = left.outputs.map((output, index): PrintedColumn => {
    const pair = [output, right.outputs[index]!].map(withoutBoolean);
    const rep = commonRep(pair, "a compound's column");
    const column = { rep, nan: false, ...limitsOfAny(pair), stored: pair.every((side) => side.stored) };
    if (body.operator !== "unionAll") requireComparable(column, body.collations[index]?.name ?? "BINARY");
    return column;
  });
  const [l, r] = [left, right].map((arm) =>
    arm.print(arm.outputs.map((output, index) => withoutNan(fit(output, columns[index]!))))
  ) as [string, string];
  const vacant = body.operator === "unionAll" ? emptyArm(translation, body) : null;
  if (vacant !== null) return { sql: vacant === "left" ? r : l, columns };
  return { sql: `(${l}) ${SET_OPERATORS[body.operator]} (${r})`, columns };
}

/** Which arm of a UNION ALL can be left out; noted as what the text counts on. */
function emptyArm({ rangesOf, exclusions }: Translation, body: AnalysedCompound): "left" | "right" | null {
  for (const side of ["right", "left"] as const) {
    const exclusion = exclusionOf(body[side], rangesOf);
    if (exclusion === null) continue;
    exclusions.push(exclusion);
    return side;
  }
  return null;
}

/** UNION and the like compare rows; equal values must be the same value. */
export function requireComparable(column: PrintedColumn, collation: string): void {
  if (column.rep === "tagged") decline("type", "a compound comparing INTEGER with REAL numbers");
  if (column.rep === "text" && collation !== "BINARY") {
    decline("collation", `a compound of text compared by ${collation}`);
  }
}

/** VALUES, its rows brought to the same representations. */
export function printValues(translation: Translation, body: AnalysedValues): PrintedQuery {
  const printing: Printing = { translation, select: null, grouping: null, exactSums: true, outermost: false };
  const rows = body.rows.map((row) =>
    row.map((expr) => withoutNan(withoutBoolean(translation.translate(expr, printing))))
  );
  const columns = (rows[0] ?? []).map((_, index): PrintedColumn => {
    const rep = commonRep(rows.map((row) => row[index]!), "a column of VALUES");
    return { rep, nan: false, ...limitsOfAny(rows.map((row) => row[index]!)), stored: false };
  });
  const names = columns.flatMap(physicalNames).join(", ");
  const texts = rows.map((row) =>
    `(${row.flatMap((cell, index) => cellSql(coerce(cell, columns[index]!.rep))).join(", ")})`
  );
  return { sql: `SELECT * FROM (VALUES ${texts.join(", ")}) AS v(${names})`, columns };
}

function cellSql(cell: SqlValue): string[] {
  if (cell.rep === "null") return ["NULL::BIGINT"];
  return cell.rep === "tagged" ? [cell.sql, tagOf(cell)] : [cell.sql];
}
