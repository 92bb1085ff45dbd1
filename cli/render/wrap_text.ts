import { textWidth } from "./text_width.ts";

let segmenter: Intl.Segmenter | undefined;

/** The text as lines of at most `width` columns, broken at its own line breaks, between words where that is possible, else anywhere. */
export function wrapText(text: string, width: number): string[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  segmenter ??= new Intl.Segmenter();
  const lines: string[] = [];
  let current = "";
  let columns = 0;
  for (const { segment } of segmenter.segment(line)) {
    const own = textWidth(segment);
    if (columns + own > width && current !== "") {
      const space = segment === " " ? current.length : current.lastIndexOf(" ") + 1;
      const at = space > 0 ? space : current.length;
      lines.push(current.slice(0, at).trimEnd());
      current = current.slice(at);
      columns = textWidth(current);
      if (segment === " ") continue;
    }
    current += segment;
    columns += own;
  }
  return [...lines, current];
}
