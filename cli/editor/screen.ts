import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { ScreenLayout } from "./screen_layout.ts";

/** The part of a terminal's output stream that is used here. */
export interface TerminalOutput {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
}

/** Size assumed of a terminal that does not tell. */
const COLUMNS = 80, ROWS = 24;

/** The rows at the foot of a terminal that are being edited, redrawn in place. */
export class Screen {
  readonly #output: TerminalOutput;
  /** Rows above the cursor that belong to what was drawn. */
  #rowsAbove = 0;

  constructor(output: TerminalOutput) {
    this.#output = output;
  }

  get width(): number {
    return this.#output.columns || COLUMNS;
  }

  /** Draws rows in place of those drawn before, as many as the terminal has room for, those around the cursor. */
  draw(layout: ScreenLayout, below: readonly string[] = []): void {
    const height = Math.max(2, this.#output.rows || ROWS);
    const rows = [...layout.rows, ...below];
    const wantedBelow = Math.min(below.length, height >> 1);
    const from = Math.max(0, Math.min(layout.cursorRow + wantedBelow - (height - 1), rows.length - height));
    this.#paint(rows.slice(from, from + height), layout.cursorRow - from, layout.cursorColumn);
  }

  /** Draws all rows for good and goes to a fresh line below them. */
  finish(layout: ScreenLayout, ending = ""): void {
    const last = layout.rows.length - 1;
    this.#paint([...layout.rows.slice(0, last), `${layout.rows[last] ?? ""}${ending}`], last, 0);
    this.#output.write("\r\n");
    this.#rowsAbove = 0;
  }

  /** Takes away what was drawn; the cursor is where its first row began. */
  erase(): void {
    const pen = new Pen();
    moveCursor(pen.stream, 0, -this.#rowsAbove);
    cursorTo(pen.stream, 0);
    clearScreenDown(pen.stream);
    this.#output.write(pen.text);
    this.#rowsAbove = 0;
  }

  /** The terminal was resized and has wrapped the rows anew: what was drawn would now be laid out so. */
  reflowed(layout: ScreenLayout): void {
    this.#rowsAbove = layout.cursorRow;
  }

  /** Empties the terminal. */
  clear(): void {
    const pen = new Pen();
    cursorTo(pen.stream, 0, 0);
    clearScreenDown(pen.stream);
    this.#output.write(pen.text);
    this.#rowsAbove = 0;
  }

  #paint(rows: readonly string[], cursorRow: number, cursorColumn: number): void {
    const pen = new Pen();
    moveCursor(pen.stream, 0, -this.#rowsAbove);
    cursorTo(pen.stream, 0);
    clearScreenDown(pen.stream);
    pen.text += rows.join("\r\n");
    moveCursor(pen.stream, 0, cursorRow - (rows.length - 1));
    cursorTo(pen.stream, cursorColumn);
    this.#output.write(pen.text);
    this.#rowsAbove = cursorRow;
  }
}

/** Gathers what the functions of `node:readline` write, so that the terminal gets it in one piece and does not flicker. */
class Pen {
  text = "";
  readonly stream = {
    write: (piece: string): boolean => {
      this.text += piece;
      return true;
    },
  } as unknown as NodeJS.WritableStream;
}
