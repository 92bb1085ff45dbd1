/** How results are printed; every format takes what it needs. */
export interface RenderOptions {
  /** Columns of the terminal; `null` when there is none: nothing is shortened to fit. */
  readonly width: number | null;
  /** Rows shown before head and tail stand for the whole; `null` shows all. Only `box` shortens. */
  readonly maxRows: number | null;
  /** Whether escape sequences for dim and bold may be used. */
  readonly color: boolean;
}

/** Rows turned into text at a time, so that a reader that goes away ends the work early. */
export const CHUNK_ROWS = 1000;
