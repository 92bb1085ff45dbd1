import type { Palette } from "./palette.ts";

/** What there is room for. */
export interface ChartOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Rows of the terminal that may be taken. */
  readonly height: number;
  /** Colours, `null` for none. */
  readonly palette: Palette | null;
}

/** One column of numbers. */
export interface Series {
  readonly name: string;
  /** `null` where a row has none. */
  readonly values: readonly (number | null)[];
}

/** What a chart shows: a label for each row, and columns of numbers. */
export interface ChartData {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
}
