// Deferred: the library takes 40 ms to load, and most results are ASCII.
import defer * as stringWidth from "string-width";

const ASCII = /^[\x20-\x7e]*$/;

/** Columns a text without control characters takes at a terminal. */
export function textWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth.default(text);
}

let segmenter: Intl.Segmenter | undefined;

/** The text cut to `width` columns, its end replaced by `…` when something was cut; grapheme clusters stay whole. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}…`;
  segmenter ??= new Intl.Segmenter();
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = used + textWidth(segment);
    if (next > width - 1) break;
    kept += segment;
    used = next;
  }
  return `${kept}…`;
}

/** The text with spaces added up to `width` columns. */
export function padText(text: string, width: number, align: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}
