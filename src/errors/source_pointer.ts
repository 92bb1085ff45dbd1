/** A place in an SQL text. Offsets are UTF-16 code units from the text's start, `end` exclusive. */
export interface SourcePointer {
  /** The whole text the offsets count in. */
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
  /** Number of the text's first line in its file, 1 unless the statement is part of a script. */
  readonly firstLine?: number;
}

/** Line (1-based, counted from `firstLine`) and column (1-based, UTF-16 code units) of a pointer's start. */
export function lineAndColumn(pointer: SourcePointer): { line: number; column: number } {
  const before = pointer.text.slice(0, pointer.start);
  const newlines = before.split("\n").length - 1;
  return { line: (pointer.firstLine ?? 1) + newlines, column: pointer.start - (before.lastIndexOf("\n") + 1) + 1 };
}

/**
 * Renders the pointed-at line with carets beneath, as in:
 *
 * ```text
 * line 2: where amout > 10
 *               ^^^^^
 * ```
 *
 * A span that runs over its line's end is cut there; tabs become single spaces so that the carets stay aligned. A line longer than
 * `columnsMax` is shown as the stretch around the span, with `…` for what is left out.
 *
 * @param columnsMax Width to keep within, in UTF-16 code units; default: no limit.
 */
export function renderCaret(pointer: SourcePointer, columnsMax = Infinity): string {
  const { line, column } = lineAndColumn(pointer);
  const lineStart = pointer.start - (column - 1);
  const newline = pointer.text.indexOf("\n", pointer.start);
  const lineEnd = newline < 0 ? pointer.text.length : newline;
  const source = pointer.text.slice(lineStart, lineEnd).replace(/[\t\r]/g, " ").trimEnd();
  const label = `line ${line}: `;
  const width = Math.max(1, Math.min(pointer.end, lineEnd) - pointer.start);
  const { shown, before } = stretchAround(source, column - 1, width, Math.max(20, columnsMax - label.length));
  const carets = Math.max(1, Math.min(width, shown.length - before));
  return `${label}${shown}\n${" ".repeat(label.length + before)}${"^".repeat(carets)}`;
}

/** At most `columnsMax` of a line, with what stands before the span at `start` shortened first to a third of them. */
function stretchAround(
  line: string,
  start: number,
  width: number,
  columnsMax: number,
): { shown: string; before: number } {
  if (line.length <= columnsMax) return { shown: line, before: start };
  const lead = Math.min(
    start,
    Math.max(Math.floor(columnsMax / 3), columnsMax - 1 - width - (line.length - start - width)),
  );
  const from = start - lead;
  const head = from > 0 ? "…" : "";
  const rest = line.slice(from + head.length);
  const room = columnsMax - head.length;
  const shown = head + (rest.length <= room ? rest : `${rest.slice(0, room - 1)}…`);
  return { shown, before: lead };
}
