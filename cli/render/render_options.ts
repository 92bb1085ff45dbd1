/** How results are printed; every format takes what it needs. */
export interface RenderOptions {
  /** Columns of the terminal; `null` when there is none: nothing is shortened to fit. */
  readonly width: number | null;
  /** Rows shown before head and tail stand for the whole; `null` shows all. Only formats with aligned columns shorten. */
  readonly maxRows: number | null;
  /** Whether escape sequences for dim and bold may be used. */
  readonly color: boolean;
  /** Whether a terminal may obey the output: then control characters are made visible. Tables, which they would break, always do so. */
  readonly toTerminal: boolean;
  /** Whether column names come first. */
  readonly headers: boolean;
  /** What stands for NULL; `null` is the format's own. JSON, SQL literals and files for programs keep theirs. */
  readonly nullText: string | null;
  /** Widths of aligned columns from the first on, in terminal columns; 0 is as wide as needed, a negative one aligns to the right. */
  readonly cellWidths: readonly number[];
  /** Whether values too wide for their column go on below, rather than being cut. */
  readonly wrap: boolean;
  /** Between values of the format `list`. */
  readonly separator: string;
  /** Table that the format `insert` names. */
  readonly insertTable: string;
}

/** What is not asked for otherwise: everything in full, for a reader that is no terminal. */
export const RENDER_DEFAULTS: RenderOptions = {
  width: null,
  maxRows: null,
  color: false,
  toTerminal: false,
  headers: true,
  nullText: null,
  cellWidths: [],
  wrap: false,
  separator: "|",
  insertTable: "table",
};

/** Rows turned into text at a time, so that a reader that goes away ends the work early. */
export const CHUNK_ROWS = 1000;
