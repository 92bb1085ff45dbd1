import { padText, textWidth, visibleText } from "../render/mod.ts";

/** Rows of texts as columns two spaces apart, without borders. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const visible = rows.map((row) => row.map(visibleText));
  const widths = (visible[0] ?? []).map((_, index) => Math.max(...visible.map((row) => textWidth(row[index] ?? ""))));
  return visible.map((row) => row.map((text, index) => padText(text, widths[index]!, "left")).join("  ").trimEnd())
    .join("\n");
}
