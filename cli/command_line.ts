import process from "node:process";
import { resolveConfig } from "../src/config/mod.ts";
import { RheiError } from "../src/errors/mod.ts";
import { parseArguments } from "./parse_arguments.ts";
import { renderError } from "./render/mod.ts";
import { processTerminal, type Terminal } from "./terminal/mod.ts";

/** Exit codes people and scripts rely on. */
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs a whole command line and ends the process with its exit code: 0 done, 1 a statement or check failed, 2 the command line or
 * configuration is wrong, 130 Ctrl-C.
 */
export async function runCommandLine(args: readonly string[], version: string): Promise<never> {
  const abort = new AbortController();
  let interrupted = false;
  const terminal = processTerminal({ noColor: args.includes("--no-color"), onClosed: () => abort.abort() });
  process.on("SIGINT", () => {
    // Whoever presses it again does not want to wait for an orderly end.
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    abort.abort();
  });
  let exitCode: number;
  try {
    exitCode = await perform(args, version, terminal, abort.signal);
    await terminal.stdout.flush();
  } catch (error) {
    terminal.endProgress();
    const quiet = interrupted || terminal.stdout.closed;
    if (!quiet) terminal.notice(renderError(error, { color: terminal.colorErrors, width: terminal.errorWidth() }));
    exitCode = terminal.stdout.closed ? 0 : exitCodeOf(error);
  }
  await terminal.flushErrors();
  process.exit(interrupted ? EXIT.interrupted : exitCode);
}

async function perform(
  args: readonly string[],
  version: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const invocation = parseArguments(args, version, { colors: terminal.color, width: terminal.width() ?? 100 });
  if (invocation.kind === "text") {
    await terminal.stdout.write(invocation.text);
    return 0;
  }
  const { flags, configPath } = invocation.options;
  const config = resolveConfig({ flags, configPath, env: process.env });
  return await invocation.command.run({ version, config, terminal, signal });
}

function exitCodeOf(error: unknown): number {
  return error instanceof RheiError && error.code === "CONFIG" ? EXIT.usage : EXIT.failed;
}
