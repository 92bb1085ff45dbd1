import { styled } from "../render/mod.ts";
import type { HostProcess } from "./host_process.ts";
import { ProgressLine } from "./progress_line.ts";
import { flushed, StandardOutput } from "./standard_output.ts";

/** What the command line knows of where it runs, and how it writes there. */
export interface Terminal {
  readonly stdout: StandardOutput;
  /** Columns of the terminal behind stdout, `null` when it is none. */
  readonly width: () => number | null;
  /** Rows of that terminal. */
  readonly height: () => number;
  /** Columns of the terminal behind stderr, `undefined` when it is none. */
  readonly errorWidth: () => number | undefined;
  /** Whether escape sequences may be used on stdout. */
  readonly color: boolean;
  /** Whether escape sequences may be used on stderr. */
  readonly colorErrors: boolean;
  /** Writes a line to stderr. */
  readonly notice: (text: string) => void;
  /** Writes a dim line to stderr, if that is a terminal. */
  readonly footer: (text: string) => void;
  /** Shows how far long work is, if stderr is a terminal. */
  readonly progress: (text: string) => void;
  /** Takes the progress away. */
  readonly endProgress: () => void;
  /** Waits until everything said on stderr has left the process. */
  readonly flushErrors: () => Promise<void>;
}

/**
 * The terminal a process has. Colour needs a terminal that knows it, and neither `NO_COLOR` (any value, as no-color.org asks) nor
 * `--no-color`.
 */
export function processTerminal(
  { stdout, stderr, env }: HostProcess,
  options: { readonly noColor: boolean; readonly onClosed: () => void },
): Terminal {
  const colorWanted = !options.noColor && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  const colorErrors = colorWanted && stderr.isTTY === true;
  const progress = stderr.isTTY === true
    ? new ProgressLine((text) => stderr.write(text), () => stderr.columns ?? 80)
    : undefined;
  // A reader of stderr that goes away is no reason to fail.
  stderr.on("error", () => {});
  const notice = (text: string): void => {
    progress?.clear();
    stderr.write(`${text}\n`);
  };
  return {
    stdout: new StandardOutput(stdout, options.onClosed, () => progress?.clear()),
    width: () => stdout.isTTY === true ? stdout.columns ?? 80 : null,
    height: () => stdout.rows ?? 24,
    errorWidth: () => stderr.isTTY === true ? stderr.columns ?? 80 : undefined,
    color: colorWanted && stdout.isTTY === true,
    colorErrors,
    notice,
    footer: (text) => {
      if (stderr.isTTY === true) notice(styled(text, "dim", colorErrors));
    },
    progress: (text) => progress?.show(text),
    endProgress: () => progress?.clear(),
    flushErrors: () => flushed(stderr),
  };
}
