import type { ExactValue, RowSet } from "../../src/types/mod.ts";
import { renderBarChart } from "./bar_chart.ts";
import type { ChartData, ChartOptions } from "./chart_data.ts";
import { humanText, isNumericColumn, NULL_TEXT, shownTo } from "./human_cell.ts";
import { renderLineChart } from "./line_chart.ts";

/** How a result can be drawn. */
export const CHART_KINDS = ["bar", "line"] as const;

/** How a result is drawn. */
export type ChartKind = typeof CHART_KINDS[number];

/** More rows than this are better seen as a line, unless bars are asked for. */
const BARS_MAX = 40;

/**
 * A result as bars or lines: the first column that holds no numbers names the rows, every column of numbers is drawn. Where all columns
 * hold numbers the first one names the rows. `null` when there is nothing to draw.
 *
 * @param kind `null` draws lines of many rows that go from number to number or date to date, and bars of all else.
 */
export function renderChart(set: RowSet, kind: ChartKind | null, options: ChartOptions): string | null {
  const data = chartData(set);
  if (data === null) return null;
  const chosen = kind ?? (set.rows.length > BARS_MAX ? "line" : "bar");
  return chosen === "bar" ? renderBarChart(data, options) : renderLineChart(data, options);
}

function chartData({ columns, rows }: RowSet): ChartData | null {
  const numeric = columns.map((_, index) => isNumericColumn(rows, index));
  const first = numeric.indexOf(false);
  const label = first >= 0 ? first : columns.length > 1 ? 0 : -1;
  const series = columns.flatMap(({ name }, index) =>
    numeric[index] && index !== label ? [{ name, values: rows.map((row) => numberOf(row[index]!)) }] : []
  );
  if (series.length === 0) return null;
  const labels = rows.map((row, index) => label < 0 ? String(index + 1) : labelOf(row[label]!));
  return { labels, series };
}

function labelOf(value: ExactValue): string {
  return value === null ? NULL_TEXT : humanText(value, shownTo(true));
}

function numberOf(value: ExactValue): number | null {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}
