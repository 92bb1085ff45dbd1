import { RheiError } from "../../src/errors/mod.ts";
import { StatementEditor, type TerminalInput, type TerminalOutput } from "../editor/mod.ts";
import { type Palette, renderError, styled } from "../render/mod.ts";
import { ElapsedTime, OutputClosed } from "../terminal/mod.ts";
import { complete } from "./complete.ts";
import { highlightSql } from "./highlight_sql.ts";
import { History } from "./history.ts";
import { isComplete } from "./is_complete.ts";
import { listFiles } from "./list_files.ts";
import { NamesCatalog } from "./names_catalog.ts";
import { parameterNames } from "./session_parameters.ts";
import { continuationPrompt, statementPrompt } from "./prompt.ts";
import { runEditor, runPager } from "./terminal_programs.ts";
import type { SqlSessionOptions } from "./session_options.ts";
import { SqlSession } from "./sql_session.ts";
import { typedSteps } from "./typed_steps.ts";

/** What the interactive shell needs. */
export interface ShellOptions extends Omit<SqlSessionOptions, "notice" | "history" | "onFailure" | "edit" | "page"> {
  readonly stdin: TerminalInput;
  /** The terminal that shows prompts, footers and errors. */
  readonly terminal: TerminalOutput;
  /** Colours of what is typed. */
  readonly palette: Palette;
  /** File of the history, or `null` to keep none. */
  readonly historyPath: string | null;
  /** Script run at the start, or `null` for none. */
  readonly startScript: string | null;
  /** Shows how far long work is. */
  readonly progress: (text: string) => void;
  /** Lines shown at the start. */
  readonly banner: readonly string[];
}

/** The interactive shell: reads statements and dot commands from a terminal until `.quit` or Ctrl-D. */
export class Shell {
  readonly #options: ShellOptions;
  readonly #session: SqlSession;
  readonly #history: History;
  readonly #editor: StatementEditor;
  readonly #names: NamesCatalog;
  /** Cancels what the statement being read, or read last, sets off. */
  #controller = new AbortController();
  readonly #elapsed: ElapsedTime;
  #running = false;
  /** Whether another program has the terminal. */
  #lent = false;
  /** What the next prompt begins with. */
  #typed = "";

  constructor(options: ShellOptions) {
    this.#options = options;
    const { palette, color } = options;
    const notice = (text: string): void => this.notice(text);
    this.#history = new History(options.historyPath, (text) => options.terminal.write(`${text}\n`));
    this.#elapsed = new ElapsedTime(options.progress);
    this.#session = new SqlSession({
      ...options,
      notice,
      history: () => this.#history.entries,
      onFailure: (failure) => this.#report(failure),
      beforePrinting: () => this.#clearProgress(),
      progress: (text) => this.progress(text),
      page: (command, pieces) => this.#lend(() => runPager(command, pieces)),
      edit: async (text) => {
        this.#typed = await this.#lend(() => runEditor(text));
      },
    });
    this.#names = new NamesCatalog(options.engine);
    this.#editor = new StatementEditor({
      input: options.stdin,
      output: options.terminal,
      isComplete,
      highlight: (text) => color ? highlightSql(text, palette) : [],
      complete: async (text, cursor) =>
        complete(text, cursor, { ...await this.#names.read(), files: listFiles, parameters: this.#parameterNames() }),
      history: () => this.#history.entries,
      onInterrupt: () => this.interrupt(),
    });
  }

  /** Cancels what runs. While another program has the terminal, Ctrl-C is meant for that. */
  interrupt(): void {
    if (!this.#lent) this.#controller.abort();
  }

  /** Shows how far work is, if a statement or command runs: otherwise a statement is edited there. */
  progress(text: string): void {
    if (this.#running && !this.#lent) this.#elapsed.progress(text);
  }

  /** Prints text that is no result: below the statement that runs, or above the one being edited. */
  notice(text: string): void {
    this.#editor.interject(text);
  }

  /** Runs the shell to its end and gives the exit code. The engine stays open. */
  async run(): Promise<number> {
    const { terminal, engine, banner, color } = this.#options;
    for (const line of banner) terminal.write(`${styled(line, "dim", color)}\n`);
    try {
      await this.#runStartScript();
      while (this.#session.exitCode === null && await this.#step());
      if (engine.inTransaction) {
        await engine.run("rollback");
        terminal.write("The open transaction was rolled back.\n");
      }
      return this.#session.exitCode ?? 0;
    } finally {
      this.#editor.close();
      this.#session.close();
    }
  }

  /** Reads one text and runs its statements; `false` at the end of input. */
  async #step(): Promise<boolean> {
    const { terminal, engine: { inTransaction } } = this.#options;
    this.#controller = new AbortController();
    const prompts = { first: statementPrompt(inTransaction), more: continuationPrompt(inTransaction) };
    const input = await this.#editor.read(prompts, this.#typed);
    this.#typed = "";
    switch (input.kind) {
      case "statement":
        await this.#enter(input.text);
        return true;
      case "interrupt":
        if (input.text === "") terminal.write("Ctrl-D or .quit leaves.\n");
        return true;
      case "end":
        if (input.text.trim() !== "") terminal.write("The unfinished statement was not run.\n");
        return false;
    }
  }

  async #enter(text: string): Promise<void> {
    if (this.#controller.signal.aborted) {
      this.notice("Cancelled.\n");
      return;
    }
    this.#history.add(text);
    await this.#runAll(text);
  }

  /** Runs the statements typed; the first failure ends them. */
  async #runAll(text: string): Promise<void> {
    const { signal } = this.#controller;
    this.#running = true;
    try {
      for (const step of typedSteps(text)) {
        this.#elapsed.start();
        await this.#session.run(step, signal);
        if (this.#session.ended) break;
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#clearProgress();
      this.#running = false;
    }
  }

  /** Settings and the like; a mistake there keeps nobody from working, nor the other settings from being made. */
  async #runStartScript(): Promise<void> {
    const { startScript } = this.#options;
    if (startScript === null) return;
    try {
      await this.#session.runScript(startScript, false);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Leaves the terminal to another program. */
  async #lend<T>(body: () => Promise<T>): Promise<T> {
    this.#clearProgress();
    this.#lent = true;
    try {
      return await this.#editor.lend(body);
    } finally {
      this.#lent = false;
    }
  }

  #parameterNames(): string[] {
    return parameterNames(this.#session.parameters, this.#history.entries);
  }

  #clearProgress(): void {
    this.#elapsed.stop();
    this.#options.beforePrinting?.();
  }

  #report(error: unknown): void {
    // Nobody reads the results any more: there is nothing left to do here.
    if (error instanceof OutputClosed) throw error;
    this.#clearProgress();
    if (error instanceof RheiError && error.code === "CANCELLED") this.notice("Cancelled.\n");
    else {
      const { color, width } = this.#options;
      this.notice(`${renderError(error, { color, width: width() ?? undefined })}\n`);
    }
  }
}
