import type { QueryResult, RunResult } from "../../mod.ts";
import type { RowSet } from "../../src/types/mod.ts";
import type { SessionSettings } from "../meta/mod.ts";
import {
  changeFooter,
  durationText,
  type RenderOptions,
  renderResult,
  resultFooter,
  styled,
  textWidth,
  timeText,
} from "../render/mod.ts";
import type { Output } from "./output.ts";

/** Formats whose rows stand in columns, so that a terminal may be too narrow for them. */
const ALIGNED: ReadonlySet<string> = new Set(["box", "table", "column", "markdown"]);

/** What a {@linkcode ResultPrinter} needs to know of where it prints. */
export interface PrintingPlace {
  /** Columns of the terminal behind stdout, asked anew for each result; `null` when it is none. */
  readonly width: () => number | null;
  /** Rows of that terminal. */
  readonly height?: () => number;
  /** Whether escape sequences may be used on stdout. */
  readonly color: boolean;
  /** Called when something is about to be printed: progress shown so far can be taken away. */
  readonly beforePrinting?: () => void;
  /** Hands text to a pager and waits until it is left. Only where there is a terminal. */
  readonly page?: (command: string | null, pieces: Iterable<string>) => Promise<void>;
}

/** Prints results as the settings say: to the output, or to a pager where they do not fit on the screen. */
export class ResultPrinter {
  readonly #output: Output;
  readonly #settings: SessionSettings;
  readonly #place: PrintingPlace;

  constructor(output: Output, settings: SessionSettings, place: PrintingPlace) {
    this.#output = output;
    this.#settings = settings;
    this.#place = place;
  }

  /**
   * Prints a result's rows.
   *
   * @param checkCancelled Called between pieces; throws to end the printing.
   */
  async print(result: QueryResult, checkCancelled: () => void): Promise<void> {
    this.#place.beforePrinting?.();
    const set: RowSet = { columns: result.columns, rows: result.exactRows() };
    if (this.#settings.pager && await this.#paged(set)) return;
    const { mode } = this.#settings;
    for (const piece of renderResult(mode, set, this.#options(false))) {
      checkCancelled();
      await this.#output.write(piece);
    }
  }

  /** Prints a result to a pager, in full, unless it fits on the screen. */
  async #paged(set: RowSet): Promise<boolean> {
    const { page, width, height } = this.#place;
    const columns = width();
    if (page === undefined || height === undefined || columns === null || this.#output.redirected) return false;
    const options = this.#options(true);
    const { mode, pagerCommand } = this.#settings;
    if (fits(renderResult(mode, set, options), columns, height() - 1)) return false;
    await page(pagerCommand, renderResult(mode, set, options));
    return true;
  }

  #options(inFull: boolean): RenderOptions {
    const { headers, nullText, cellWidths, wrap, separator, insertTable, widthMax, rowsShownMax, mode } =
      this.#settings;
    const { redirected } = this.#output;
    const terminal = redirected ? null : this.#place.width();
    const width = widthMax === "terminal" ? terminal : widthMax;
    return {
      headers,
      nullText,
      cellWidths,
      wrap,
      separator,
      insertTable,
      // A pager scrolls to the side; wrapped values still need a width.
      width: inFull && !wrap && ALIGNED.has(mode) ? null : width,
      maxRows: inFull || terminal === null ? null : rowsShownMax,
      color: this.#place.color && !redirected,
      toTerminal: terminal !== null,
    };
  }

  /** The lines under what a statement did, `null` for none. */
  footer(outcome: RunResult): string | null {
    const { footer, timer } = this.#settings;
    const lines = [...(footer ? [footerOf(outcome)] : []), ...(timer ? [timerOf(outcome)] : [])];
    return lines.length === 0 ? null : lines.map((line) => `${styled(line, "dim", this.#place.color)}\n`).join("");
  }
}

/** Whether text needs no more than so many columns and rows. */
function fits(pieces: Iterable<string>, columns: number, rows: number): boolean {
  let count = 0;
  for (const piece of pieces) {
    for (const line of piece.split("\n").slice(0, -1)) {
      count += 1;
      // deno-lint-ignore no-control-regex -- styles take no columns
      if (count > rows || textWidth(line.replace(/\x1b\[[\d;]*m/g, "")) > columns) return false;
    }
  }
  return true;
}

function footerOf(outcome: RunResult): string {
  if (outcome.kind === "rows") return resultFooter(outcome.result);
  if (outcome.class.kind === "write") return `${changeFooter(outcome.rowsAffected, outcome.durationMs)} · libsql`;
  return `done · ${durationText(outcome.durationMs)} · libsql`;
}

function timerOf(outcome: RunResult): string {
  if (outcome.kind === "rows") return timeText(outcome.result);
  return `time ${durationText(outcome.durationMs)} · libsql`;
}
