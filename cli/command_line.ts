import { resolveConfig } from "../src/config/mod.ts";
import { RheiError } from "../src/errors/mod.ts";
import type { CommandContext } from "./commands/mod.ts";
import { parseArguments } from "./parse_arguments.ts";
import { renderError } from "./render/mod.ts";
import { type HostProcess, OutputClosed, processTerminal } from "./terminal/mod.ts";

/** Exit codes people and scripts rely on. */
const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs a whole command line and gives its exit code: 0 done, 1 a statement or check failed, 2 the command line or configuration is
 * wrong, 130 Ctrl-C.
 */
export async function runCommandLine(args: readonly string[], version: string, host: HostProcess): Promise<number> {
  const abort = new AbortController();
  let interrupted = false;
  const terminal = processTerminal(host, { noColor: args.includes("--no-color"), onClosed: () => abort.abort() });
  let taken: (() => void) | null = null;
  const interrupt = (): void => {
    if (taken !== null) return taken();
    // Whoever presses it again does not want to wait for an orderly end.
    if (interrupted) host.exit(EXIT.interrupted);
    interrupted = true;
    abort.abort();
  };
  host.on("SIGINT", interrupt);
  let exitCode = 0;
  try {
    const takeInterrupts = (handler: () => void): void => void (taken = handler);
    const work = prepare(args, { version, terminal, host, signal: abort.signal, takeInterrupts });
    if (work.service) host.on("SIGTERM", interrupt);
    exitCode = await work.run();
    if (work.service) interrupted = false;
    await terminal.stdout.flush();
  } catch (error) {
    terminal.endProgress();
    const unread = terminal.stdout.closed && endsUnread(error);
    const quiet = interrupted || unread;
    if (!quiet) terminal.notice(renderError(error, { color: terminal.colorErrors, width: terminal.errorWidth() }));
    if (!unread) exitCode = exitCodeOf(error);
  }
  await terminal.flushErrors();
  return interrupted ? EXIT.interrupted : exitCode;
}

/** What a command line asks for, ready to run. */
interface Work {
  readonly run: () => Promise<number>;
  /** Whether a signal is how it is meant to end. */
  readonly service: boolean;
}

/** What every command is given, whatever its options. */
type Surroundings = Pick<CommandContext, "version" | "terminal" | "host" | "signal" | "takeInterrupts">;

function prepare(args: readonly string[], surroundings: Surroundings): Work {
  const { version, terminal, host } = surroundings;
  const invocation = parseArguments(args, version, { colors: terminal.color, width: terminal.width() ?? 100 });
  if (invocation.kind === "text") {
    const { text } = invocation;
    return { service: false, run: () => terminal.stdout.write(text).then(() => 0) };
  }
  const { command, options: { flags, configPath } } = invocation;
  const reloadConfig = () => resolveConfig({ flags, configPath, env: host.env });
  const context = { ...surroundings, config: reloadConfig(), flags, reloadConfig };
  return { service: command.service === true, run: () => command.run(context) };
}

/** Whether a failure is only that nobody reads stdout any more, which also cancels what runs. */
function endsUnread(error: unknown): boolean {
  return error instanceof OutputClosed || (error instanceof RheiError && error.code === "CANCELLED");
}

function exitCodeOf(error: unknown): number {
  return error instanceof RheiError && error.code === "CONFIG" ? EXIT.usage : EXIT.failed;
}
