import { renderCaret, RheiError } from "../../src/errors/mod.ts";
import { styled } from "./ansi.ts";
import { visibleText } from "./visible_text.ts";

/**
 * A failure as the user sees it, without a line end: message, the place in the SQL with carets beneath, and what to do about it.
 * Anything that is no `RheiError` is a defect of rhei and shown with its stack, so that it can be reported.
 */
export function renderError(
  error: unknown,
  options: { readonly color: boolean; readonly width?: number | undefined },
): string {
  const { color, width } = options;
  if (!(error instanceof RheiError)) {
    const trace = error instanceof Error ? error.stack ?? error.message : String(error);
    return `${styled("This is a defect of rhei, please report it:", "red", color)}\n${trace}`;
  }
  const lines = [styled(visibleLines(error.message), "red", color)];
  if (error.pointer !== undefined) {
    const [source = "", carets = ""] = renderCaret(error.pointer, width).split("\n");
    lines.push(visibleText(source), styled(carets, "red", color));
  }
  if (error.hint !== undefined) lines.push(styled(`Hint: ${visibleLines(error.hint)}`, "dim", color));
  return lines.join("\n");
}

/** Messages quote names and paths, which may hold anything; line ends of the message itself stay. */
function visibleLines(text: string): string {
  return text.split("\n").map(visibleText).join("\n");
}
