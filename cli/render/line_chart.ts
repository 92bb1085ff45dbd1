// Deferred: most results are not drawn.
import defer * as asciichart from "asciichart";
import { numberText } from "./bar_chart.ts";
import type { ChartData, ChartOptions } from "./chart_data.ts";
import { fitText, padText } from "./text_width.ts";

/** The part of the library that is used here. */
interface LinePlot {
  plot(series: readonly (readonly number[])[], options: {
    readonly height: number;
    readonly min: number;
    readonly max: number;
    readonly colors?: readonly string[];
    readonly format: (value: number) => string;
  }): string;
}

/** Rows a chart takes at most. */
const HEIGHT_MAX = 20;

/** Columns the axis takes beside its labels. */
const AXIS = 3;

/** Lines over the rows in their order; where there are more rows than columns, each column shows the mean of its rows. */
export function renderLineChart({ labels, series }: ChartData, options: ChartOptions): string {
  const { width, height, palette } = options;
  const finite = series.flatMap(({ values }) =>
    values.filter((value): value is number => value !== null && Number.isFinite(value))
  );
  if (finite.length === 0) return "";
  const axisWidth = finite.reduce((widest, value) => Math.max(widest, axisText(value).length), 6);
  const columns = Math.max(2, Math.min(labels.length, width - axisWidth - AXIS));
  const points = series.map(({ values }) => sampled(values, columns));
  const min = Math.min(...points.flat());
  const max = Math.max(...points.flat());
  const plot = (asciichart as unknown as { readonly default: LinePlot }).default.plot(
    points,
    {
      height: Math.max(2, Math.min(HEIGHT_MAX, height) - 3),
      // A flat line needs some range to lie in.
      min: min === max ? min - 1 : min,
      max: min === max ? max + 1 : max,
      format: (value) => axisText(value).padStart(axisWidth),
      ...(palette === null
        ? {}
        : { colors: series.map((_, index) => `\x1b[${palette.series[index % palette.series.length]}m`) }),
    },
  );
  const legend = series.map(({ name }, index) => {
    const style = palette?.series[index % palette.series.length];
    return style === undefined ? name : `\x1b[${style}m${name}\x1b[0m`;
  });
  return [plot, axisLabels(labels, axisWidth + AXIS, columns), ...(series.length > 1 ? [legend.join("  ")] : [])].join(
    "\n",
  );
}

function axisText(value: number): string {
  return numberText(Number(value.toPrecision(3)));
}

/** The first and the last label under the ends of the axis. */
function axisLabels(labels: readonly string[], indent: number, columns: number): string {
  const room = Math.max(1, Math.floor((columns - 1) / 2));
  const first = fitText(labels[0] ?? "", room);
  const last = fitText(labels.at(-1) ?? "", room);
  return (" ".repeat(indent) + padText(first, Math.max(room, columns - last.length), "left") + last).trimEnd();
}

/** As many points as there are columns: a mean of several rows each where there are more. Rows without a number take the one before. */
function sampled(values: readonly (number | null)[], columns: number): number[] {
  const points: number[] = [];
  let last = values.find((value): value is number => value !== null && Number.isFinite(value)) ?? 0;
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(column * values.length / columns);
    const to = Math.max(from + 1, Math.floor((column + 1) * values.length / columns));
    const own = values.slice(from, to).filter((value): value is number => value !== null && Number.isFinite(value));
    if (own.length > 0) last = own.reduce((sum, value) => sum + value, 0) / own.length;
    points.push(last);
  }
  return points;
}
