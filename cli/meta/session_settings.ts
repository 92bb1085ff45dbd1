import type { ResultFormat, RheiConfig } from "../../src/config/mod.ts";
import { RENDER_DEFAULTS } from "../render/mod.ts";

/** What dot commands change and every later statement obeys. */
export interface SessionSettings {
  /** How results are printed. */
  mode: ResultFormat;
  /** Whether a line after each statement says rows, time and engine. */
  footer: boolean;
  /** Whether a further line takes the time apart and says why the statement went where it did. */
  timer: boolean;
  /** What precedes each query: nothing, where it goes and its plan, or that with what running it took. */
  explain: "off" | "on" | "analyze";
  route: RheiConfig["route"];
  freshness: RheiConfig["freshness"];
  /** Rows of a result shown at a terminal before it is shortened; `null` shows all. */
  rowsShownMax: number | null;
  /** Columns a box may take: those of the terminal, as many as needed (`null`), or a number. */
  widthMax: "terminal" | number | null;
  /** Widths of columns, from the first on; see `RenderOptions.cellWidths`. */
  cellWidths: readonly number[];
  /** Whether wide values go on below instead of being cut. */
  wrap: boolean;
  headers: boolean;
  /** What stands for NULL; `null` is the format's own. */
  nullText: string | null;
  /** Between values of the mode `list`. */
  separator: string;
  /** Table that the mode `insert` names. */
  insertTable: string;
  /** Whether results that do not fit on the screen go to a pager. */
  pager: boolean;
  /** Command line of the pager; `null` is `$PAGER`, else `less`. */
  pagerCommand: string | null;
  /** Whether statements are printed before they run. */
  echo: boolean;
  /** Whether a script ends at its first error; `null` is as it was started. */
  bail: boolean | null;
}

/** Rows of a result shown at a terminal before it is shortened, as in DuckDB's shell. */
export const ROWS_SHOWN_MAX = 40;

/** The settings a session begins with. */
export function initialSettings(
  config: Pick<RheiConfig, "format" | "route" | "freshness">,
  place: { readonly isTerminal: boolean; readonly footer: boolean },
): SessionSettings {
  const { headers, nullText, separator, insertTable, cellWidths, wrap } = RENDER_DEFAULTS;
  return {
    mode: config.format ?? (place.isTerminal ? "box" : "csv"),
    footer: place.footer,
    timer: false,
    explain: "off",
    route: config.route,
    freshness: config.freshness,
    rowsShownMax: ROWS_SHOWN_MAX,
    widthMax: "terminal",
    cellWidths,
    wrap,
    headers,
    nullText,
    separator,
    insertTable,
    pager: false,
    pagerCommand: null,
    echo: false,
    bail: null,
  };
}
