import { RheiError } from "../../src/errors/mod.ts";

/** One word of a dot command's line: its value, and where it stands in the line. */
export interface Word {
  /** Without the quotes around it. */
  readonly value: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * Splits a dot command's line into words. Spaces separate; '…' and "…" keep spaces inside a word, a doubled quote stands for
 * itself. Backslashes are ordinary characters, so that Windows paths need no care.
 *
 * @throws {RheiError} `CONFIG` when a quote is not closed.
 */
export function splitArguments(line: string): Word[] {
  const words: Word[] = [];
  const pattern = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"|(['"])|([^\s'"][^\s]*)/g;
  for (const match of line.matchAll(pattern)) {
    if (match[3] !== undefined) {
      throw new RheiError("CONFIG", `Cannot read "${line.trim()}": the quote ${match[3]} is not closed`);
    }
    const value = match[1]?.replaceAll("''", "'") ?? match[2]?.replaceAll('""', '"') ?? match[4] ?? "";
    words.push({ value, start: match.index, end: match.index + match[0].length });
  }
  return words;
}
