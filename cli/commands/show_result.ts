import type { RunResult } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import type { RowSet } from "../../src/types/mod.ts";
import { changeFooter, durationText, RENDER_DEFAULTS, renderResult, resultFooter } from "../render/mod.ts";
import { ROWS_SHOWN_MAX } from "../meta/mod.ts";
import type { CommandContext } from "./command.ts";

/** Prints what a statement gave: its rows to stdout, the line about them to a terminal. */
export async function showResult(result: RunResult, context: CommandContext): Promise<void> {
  const { terminal } = context;
  if (result.kind === "rows") {
    const { columns } = result.result;
    await showRows({ columns, rows: result.result.exactRows() }, context);
    terminal.footer(resultFooter(result.result));
    return;
  }
  terminal.footer(
    result.class.kind === "write"
      ? changeFooter(result.rowsAffected, result.durationMs)
      : `done · ${durationText(result.durationMs)}`,
  );
}

/** Prints rows in the format asked for. */
export async function showRows(result: RowSet, { config, terminal, signal }: CommandContext): Promise<void> {
  const width = terminal.width();
  const format = config.format ?? (width === null ? "csv" : "box");
  const pieces = renderResult(format, result, {
    ...RENDER_DEFAULTS,
    width,
    maxRows: width === null ? null : ROWS_SHOWN_MAX,
    color: terminal.color,
    toTerminal: width !== null,
  });
  for (const piece of pieces) {
    if (signal.aborted) throw new RheiError("CANCELLED", "Cannot print the rest: cancelled");
    await terminal.stdout.write(piece);
  }
}
