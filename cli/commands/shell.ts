import { buffer } from "node:stream/consumers";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, withDefault } from "@optique/core/modifiers";
import { argument, command } from "@optique/core/primitives";
import { path } from "@optique/run/valueparser";
import type { NoticeKind } from "../../mod.ts";
import type { Shell, ShellOptions } from "../repl/mod.ts";
import { initialSettings } from "../meta/mod.ts";
import { paletteFor } from "../render/mod.ts";
import { REPORTS } from "../reports/mod.ts";
import { decodeUtf8 } from "../transfer/mod.ts";
import { type CommandContext, examples, ownUsage, type ParsedCommand } from "./command.ts";
import { openEngine } from "./open_engine.ts";

const parser = object({
  database: withDefault(
    argument(path({ metavar: "DB" }), {
      description:
        message`Database file (made if missing) or a libsql:// or https:// address; in memory when left out.`,
    }),
    ":memory:",
  ),
});

/** `rhei shell`: SQL at a terminal. */
export const shellCommand = command(
  "shell",
  map(parser, ({ database }): ParsedCommand => ({ run: (context) => runShell(database, context) })),
  {
    brief: message`Type SQL at a terminal.`,
    description: message`Reads SQL and dot commands from a terminal. A stdin that is no terminal is run as a script.`,
    usageLine: ownUsage,
    footer: examples("rhei shell app.db", "rhei shell", 'echo "select 1;" | rhei shell app.db'),
  },
);

async function runShell(database: string, context: CommandContext): Promise<number> {
  const { config, terminal, host } = context;
  if (host.stdin.isTTY !== true) {
    const { runScriptText } = await import("./run_script_text.ts");
    const text = decodeUtf8(await buffer(host.stdin), "stdin");
    return await runScriptText({ database, text, name: "stdin", keepGoing: false }, context);
  }
  const { bannerLines, historyPath, Shell, startScriptPath, tablesTracked } = await import("../repl/mod.ts");
  let shell: Shell | null = null;
  // Once there is a shell, what the engine says must not fall into the line being typed.
  const onNotice = (text: string, kind: NoticeKind): void => {
    if (shell !== null) shell.notice(`${text}\n`);
    // That tables are tracked from now on is told by the first line of the shell itself.
    else if (kind !== "tracked") terminal.notice(text);
  };
  const progress = (text: string): void => (shell ?? terminal).progress(text);
  const watched = { ...context, terminal: { ...terminal, progress } };
  const engine = await openEngine(database, watched, {
    create: true,
    background: true,
    metrics: "counted",
    onNotice,
  });
  try {
    const tracked = config.readOnly ? null : await tablesTracked(engine);
    const started = new Shell({
      engine,
      reports: REPORTS,
      database,
      settings: initialSettings(config, { isTerminal: terminal.width() !== null, footer: true }),
      stdout: terminal.stdout,
      beforePrinting: terminal.endProgress,
      width: terminal.width,
      height: terminal.height,
      progress: terminal.progress,
      color: terminal.color,
      stdin: host.stdin as unknown as ShellOptions["stdin"],
      terminal: host.stdout.isTTY === true ? host.stdout : host.stderr,
      palette: paletteFor(host.env),
      historyPath: historyPath(host.env),
      startScript: startScriptPath(host.env),
      banner: bannerLines({ version: context.version, database, backend: config.olap, tablesTracked: tracked }),
    });
    shell = started;
    context.takeInterrupts(() => started.interrupt());
    terminal.endProgress();
    return await started.run();
  } finally {
    terminal.endProgress();
    await engine.close();
  }
}
