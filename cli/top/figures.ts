const BARS = "▁▂▃▄▅▆▇█";

/** Values as a row of bars, the highest as high as there is; empty where there is nothing. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = values.slice(-width);
  const highest = Math.max(...shown, 0);
  if (highest === 0) return "";
  return shown.map((value) => value <= 0 ? " " : BARS[Math.min(7, Math.ceil(value / highest * 8) - 1)]).join("");
}

/** A share as a bar of `width` cells. */
export function shareBar(share: number, width: number): string {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** A rate or count in at most six characters: `0`, `3.4`, `1,812`, `12.3k`, `4.1M`. */
export function shortNumber(value: number): string {
  if (value === 0) return "0";
  if (value < 9.95) return value.toFixed(1);
  if (value < 9_999.5) return Math.round(value).toLocaleString("en-US");
  const [unit, size] = value < 999.5e3
    ? ["k", 1e3] as const
    : value < 999.5e6
    ? ["M", 1e6] as const
    : ["G", 1e9] as const;
  return `${(value / size).toFixed(value < size * 99.95 ? 1 : 0)}${unit}`;
}

/** A size: `812 B`, `4.1 MB`; `–` where it is not known. */
export function shortBytes(bytes: number | null): string {
  if (bytes === null) return "–";
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3) - 1);
  const value = bytes / 1_000 ** (at + 1);
  return `${value.toFixed(value < 100 ? 1 : 0)} ${units[at]}`;
}

/** A time span in two to six characters: `85 ms`, `4.1 s`, `3 min`, `2 h`. */
export function shortTime(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** A statement's text on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
