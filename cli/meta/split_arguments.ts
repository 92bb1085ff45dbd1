import { commandError } from "./command_error.ts";

/** One word of a dot command's line: its value, and where it stands in the line. */
export interface Word {
  /** Without the quotes around it. */
  readonly value: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Whether its quote is missing its end: the word then takes the rest of the line. */
  readonly open: boolean;
}

const WORD = /'((?:[^']|'')*)('?)|"((?:[^"]|"")*)("?)|[^\s'"]\S*/g;

/**
 * Splits a dot command's line into words. Spaces separate; '…' and "…" keep spaces inside a word, a doubled quote stands for
 * itself. Backslashes are ordinary characters, so that Windows paths need no care. Never throws: a half-typed line splits too.
 */
export function scanArguments(line: string): Word[] {
  return [...line.matchAll(WORD)].map((match) => {
    const value = match[1]?.replaceAll("''", "'") ?? match[3]?.replaceAll('""', '"') ?? match[0];
    return {
      value,
      start: match.index,
      end: match.index + match[0].length,
      open: match[2] === "" || match[4] === "",
    };
  });
}

/**
 * The words of a finished line.
 *
 * @throws {RheiError} `SQL_SYNTAX` when a quote is not closed.
 */
export function splitArguments(line: string): Word[] {
  const words = scanArguments(line);
  const open = words.find((word) => word.open);
  if (open !== undefined) {
    throw commandError(`Cannot read "${line.trim()}": the quote ${line[open.start]} is not closed`);
  }
  return words;
}
