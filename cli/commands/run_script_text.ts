import { runScript, SqlSession } from "../repl/mod.ts";
import { renderError } from "../render/mod.ts";
import { REPORTS } from "../reports/mod.ts";
import type { CommandContext } from "./command.ts";
import { withEngine } from "./open_engine.ts";
import { ROWS_SHOWN_MAX } from "./show_result.ts";

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
  const { config, terminal, signal } = context;
  const metrics = /^\s*\.metrics\b/im.test(text) ? { metrics: "counted" } as const : {};
  return await withEngine(database, context, { create: true, background: true, ...metrics }, async (engine) => {
    const session = new SqlSession({
      engine,
      reports: REPORTS,
      database,
      settings: {
        mode: config.format ?? (terminal.width() === null ? "csv" : "box"),
        timer: false,
        explain: false,
        route: config.route,
        freshness: config.freshness,
        rowsShownMax: ROWS_SHOWN_MAX,
      },
      stdout: terminal.stdout,
      beforePrinting: terminal.endProgress,
      notice: (line) => terminal.notice(line.replace(/\n$/, "")),
      width: terminal.width,
      color: terminal.color,
      history: () => [],
    });
    let failures = 0;
    try {
      const target = {
        run: (step: Parameters<typeof session.run>[0]) => session.run(step, signal),
        get ended() {
          return session.ended || signal.aborted;
        },
      };
      await runScript(text, target, {
        name,
        onFailure(failure) {
          if (!keepGoing || failure.code === "CANCELLED") throw failure;
          failures += 1;
          terminal.notice(renderError(failure, { color: terminal.colorErrors, width: terminal.errorWidth() }));
        },
      });
      if (engine.inTransaction) {
        await engine.run("rollback");
        terminal.notice("The open transaction was rolled back");
      }
    } finally {
      session.close();
    }
    return session.exitCode ?? (failures > 0 ? 1 : 0);
  });
}
