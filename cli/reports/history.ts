import type { ExactValue, ResultColumn, RowHistory } from "../../mod.ts";
import { quoteText } from "../../src/sql/mod.ts";
import type { RowSet } from "../../src/types/mod.ts";

/** The versions of a row as a table: their times and operation, what changed in words, then the row's columns. */
export function historyRows(history: RowHistory): RowSet {
  const names = ["_rhei_valid_from", "_rhei_valid_to", "_rhei_operation", "_rhei_changed"];
  const text = (name: string): ResultColumn => ({ name, declaredType: "TEXT" });
  const values = history.exactRows();
  const rows = history.versions.map(({ validFrom, validTo, operation, changed }, at) => {
    const changes = at === 0 ? null : changeText(history.columns, changed, values[at - 1]!, values[at]!);
    return [validFrom, validTo, operation, changes, ...values[at]!];
  });
  return { columns: [...names.map(text), ...history.columns], rows };
}

function changeText(
  columns: readonly ResultColumn[],
  changed: readonly string[],
  before: readonly ExactValue[],
  after: readonly ExactValue[],
): string | null {
  if (changed.length === 0) return null;
  return columns.flatMap(({ name }, at) =>
    changed.includes(name) ? [`${name}: ${literal(before[at]!)} → ${literal(after[at]!)}`] : []
  ).join("; ");
}

/** A value as SQL writes it. */
function literal(value: ExactValue): string {
  if (value === null) return "null";
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}
