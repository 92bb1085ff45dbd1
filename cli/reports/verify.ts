import type { ExactValue } from "../../mod.ts";
import { quoteText } from "../../src/sql/mod.ts";
import { blobLiteral, counted, realExactText, visibleText } from "../render/mod.ts";
import type { VerifyReport } from "./engine_reports.ts";

type TableComparison = VerifyReport["tables"][number];

/** How mirror and database compare, table by table, with the first differing keys. */
export function verifyText(report: VerifyReport): string {
  const lines = [...report.tables].sort((a, b) => a.name < b.name ? -1 : 1).flatMap(tableLines);
  lines.push(...[...report.history].sort((a, b) => a.name < b.name ? -1 : 1).flatMap(historyLines));
  for (const { name, reason } of report.absent) {
    lines.push(`${visibleText(name)}: not in the mirror: ${visibleText(reason)}`);
  }
  if (report.tables.length === 0) lines.push("no table is mirrored");
  else lines.push(report.equal ? "mirror and database are equal" : "mirror and database DIFFER");
  return lines.join("\n");
}

function tableLines(table: TableComparison): string[] {
  const name = visibleText(table.name);
  if (table.differenceCount === 0) return [`${name}: equal, ${counted(table.sourceRows, "row")}`];
  const counts = `${counted(table.sourceRows, "row")} in the database, ${
    table.mirrorRows.toLocaleString("en-US")
  } in the mirror`;
  return [
    `${name}: DIFFERS in ${counted(table.differenceCount, "row")} (${counts})`,
    ...keyLines(table.keyColumns, table.differences, table.differenceCount),
  ];
}

function historyLines({ name, keyColumns, versions, faultCount, faults }: VerifyReport["history"][number]): string[] {
  const head = `history of ${visibleText(name)}`;
  if (faultCount === 0) return [`${head}: in order, ${counted(versions, "version")}`];
  return [
    `${head}: WRONG in ${counted(faultCount, "row")} (${counted(versions, "version")})`,
    ...keyLines(keyColumns, faults, faultCount),
  ];
}

interface NamedKey {
  readonly key: readonly ExactValue[];
  readonly kind: string;
  readonly columns: readonly string[];
}

/** A line per key that something is wrong with, and how many more there are. */
function keyLines(keyColumns: readonly string[], keys: readonly NamedKey[], count: number): string[] {
  const named = keys.map(({ key, kind, columns }) => {
    const which = keyColumns.map((column, index) => `${visibleText(column)} = ${keyText(key[index] ?? null)}`);
    return `  ${which.join(", ")}: ${kind}${columns.length === 0 ? "" : ` (${columns.map(visibleText).join(", ")})`}`;
  });
  const more = count - keys.length;
  return [...named, ...more > 0 ? [`  and ${more.toLocaleString("en-US")} more`] : []];
}

/** A key's value as an SQL literal, so that it can be looked up. */
function keyText(value: ExactValue): string {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return realExactText(value);
    case "string":
      return quoteText(visibleText(value));
    default:
      return value === null ? "NULL" : blobLiteral(value);
  }
}
