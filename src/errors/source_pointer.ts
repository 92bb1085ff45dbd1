/** A place in an SQL text. Offsets are UTF-16 code units from the text's start, `end` exclusive. */
export interface SourcePointer {
  /** The whole text the offsets count in. */
  readonly text: string;
  readonly start: number;
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
 * A span that runs over its line's end is cut there; tabs become single spaces so that the carets stay aligned.
 */
export function renderCaret(pointer: SourcePointer): string {
  const { line, column } = lineAndColumn(pointer);
  const lineStart = pointer.start - (column - 1);
  const newline = pointer.text.indexOf("\n", pointer.start);
  const lineEnd = newline < 0 ? pointer.text.length : newline;
  const source = pointer.text.slice(lineStart, lineEnd).replace(/[\t\r]/g, " ").trimEnd();
  const label = `line ${line}: `;
  const width = Math.max(1, Math.min(pointer.end, lineEnd) - pointer.start);
  return `${label}${source}\n${" ".repeat(label.length + column - 1)}${"^".repeat(width)}`;
}
