import type { ChartData, ChartOptions } from "./chart_data.ts";
import { realShellText } from "./real_text.ts";
import { fitText, padText, textWidth } from "./text_width.ts";

/** Parts of a cell filled from the left, in eighths. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** Columns a label may take, as a share of the terminal. */
const LABEL_SHARE = 1 / 3;

/** Bars drawn at most; further rows are counted. */
const BARS_MAX = 200;

/** Bars from left to right, one for each row and column of numbers, all to one scale; negative ones to the left of the zero. */
export function renderBarChart({ labels, series }: ChartData, { width, palette }: ChartOptions): string {
  const rowsShown = Math.min(labels.length, Math.max(1, Math.floor(BARS_MAX / series.length)));
  const shown = labels.slice(0, rowsShown);
  const labelWidth = Math.min(Math.max(1, ...shown.map(textWidth)), Math.floor(width * LABEL_SHARE));
  const values = series.map((each) => each.values.slice(0, rowsShown));
  const texts = values.map((each) => each.map((value) => value === null ? "NULL" : numberText(value)));
  const valueWidth = Math.max(...texts.flat().map((text) => text.length));
  const scale = barScale(values.flat(), Math.max(8, width - labelWidth - valueWidth - 4));
  const lines: string[] = [];
  shown.forEach((label, row) =>
    series.forEach((_, index) => {
      const name = padText(index === 0 ? fitText(label, labelWidth) : "", labelWidth, "left");
      const bar = scale.bar(values[index]![row] ?? null);
      const style = palette?.series[index % palette.series.length];
      const drawn = style === undefined ? bar.drawn : `\x1b[${style}m${bar.drawn}\x1b[0m`;
      lines.push(`${name}  ${bar.before}${drawn}${bar.after}  ${texts[index]![row]!.padStart(valueWidth)}`);
    })
  );
  if (rowsShown < labels.length) lines.push(`… ${(labels.length - rowsShown).toLocaleString("en-US")} more rows`);
  if (series.length > 1) lines.push("", `bars of each row, from above: ${series.map(({ name }) => name).join(", ")}`);
  return lines.join("\n");
}

interface Bar {
  readonly before: string;
  readonly drawn: string;
  readonly after: string;
}

function barScale(values: readonly (number | null)[], width: number): { bar(value: number | null): Bar } {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const least = finite.reduce((low, value) => Math.min(low, value), 0);
  const most = finite.reduce((high, value) => Math.max(high, value), 0);
  const range = most - least || 1;
  const zero = Math.round(width * (-least / range));
  const clamp = (value: number): number => Math.min(most, Math.max(least, value));
  return {
    bar(value) {
      if (value === null || Number.isNaN(value)) return { before: " ".repeat(width), drawn: "", after: "" };
      const eighths = Math.round(Math.abs(clamp(value)) / range * width * 8);
      if (value < 0) {
        const cells = Math.min(zero, Math.max(1, Math.round(eighths / 8)));
        return { before: " ".repeat(zero - cells), drawn: "█".repeat(cells), after: " ".repeat(width - zero) };
      }
      const cells = Math.min(width - zero, Math.floor(eighths / 8));
      const drawn = "█".repeat(cells) + (cells < width - zero ? EIGHTHS[eighths % 8] : "");
      return { before: " ".repeat(zero), drawn, after: " ".repeat(width - zero - drawn.length) };
    },
  };
}

/** A number as people read it: grouped thousands, few decimals. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return realShellText(value);
  if (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-3)) return value.toPrecision(4);
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) >= 100 ? 2 : 4 });
}
