import { RheiError } from "../../src/errors/mod.ts";
import { runScript, type ScriptStep, scriptStepAfter, SqlSession } from "../repl/mod.ts";
import { initialSettings } from "../meta/mod.ts";
import { paletteFor, renderError } from "../render/mod.ts";
import { REPORTS } from "../reports/mod.ts";
import type { Terminal } from "../terminal/mod.ts";
import type { CommandContext } from "./command.ts";
import { endTransaction } from "./end_transaction.ts";
import { withEngine } from "./open_engine.ts";

/** A script to run. */
export interface ScriptRun {
  readonly database: string;
  readonly text: string;
  /** Name in messages. */
  readonly name: string;
  readonly keepGoing: boolean;
}

/** Runs a script against a database and gives the exit code: 1 if a statement failed, or what `.quit` was given. */
export async function runScriptText(
  { database, text, name, keepGoing }: ScriptRun,
  context: CommandContext,
): Promise<number> {
  const { config, terminal, signal, host } = context;
  const metrics = /^\s*\.metrics\b/im.test(text) ? { metrics: "counted" } as const : {};
  return await withEngine(
    database,
    context,
    { create: true, background: true, ...metrics },
    async (engine, progress) => {
      const session = new SqlSession({
        engine,
        reports: REPORTS,
        database,
        settings: initialSettings(config, { isTerminal: terminal.width() !== null, footer: false }),
        stdout: terminal.stdout,
        beforePrinting: terminal.endProgress,
        onFailure: (failure) =>
          terminal.notice(renderError(failure, { color: terminal.colorErrors, width: terminal.errorWidth() })),
        notice: (line) => terminal.notice(line.replace(/\n$/, "")),
        width: terminal.width,
        height: terminal.height,
        color: terminal.color,
        palette: paletteFor(host.env),
        progress,
        history: () => [],
      });
      let last: ScriptStep | null = null;
      try {
        const target = {
          async run(step: ScriptStep) {
            last = step;
            await session.run(step, signal);
          },
          get ended() {
            return session.ended || signal.aborted;
          },
        };
        await runScript(text, target, { name, onFailure: (failure) => session.fail(failure, !keepGoing) });
        assertRead(terminal, { name, text, last });
      } catch (error) {
        assertRead(terminal, { name, text, last });
        throw error;
      } finally {
        session.close();
        // After a failure above all: what the script did before it is lost with the transaction.
        await endTransaction(engine, terminal);
      }
      return session.exitCode ?? (session.failures > 0 ? 1 : 0);
    },
  );
}

/** Where a script ended. */
interface ScriptEnd {
  readonly name: string;
  readonly text: string;
  /** The last step begun. */
  readonly last: ScriptStep | null;
}

/**
 * A reader of stdout that goes away ends a script: in silence only if that was all of it.
 *
 * @throws {RheiError} `IO_ERROR` where statements were not run.
 */
function assertRead(terminal: Terminal, { name, text, last }: ScriptEnd): void {
  if (!terminal.stdout.closed || last === null) return;
  const next = scriptStepAfter(text, last);
  if (next === null) return;
  throw new RheiError("IO_ERROR", `${name}:${next.line}: Cannot go on: nobody reads the output any more`, {
    hint: "this statement and those after it were not run; .output FILE or > FILE takes what nobody reads",
  });
}
