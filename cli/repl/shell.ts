import { RheiError } from "../../src/errors/mod.ts";
import { completeness } from "../../src/sql/mod.ts";
import { isDotCommand } from "../meta/mod.ts";
import { renderError, styled } from "../render/mod.ts";
import { OutputClosed } from "../terminal/mod.ts";
import { complete } from "./complete.ts";
import type { TerminalInput } from "./gated_input.ts";
import { History } from "./history.ts";
import { LineEditor } from "./line_editor.ts";
import { listFiles } from "./list_files.ts";
import { NamesCatalog } from "./names_catalog.ts";
import { continuationPrompt, statementPrompt } from "./prompt.ts";
import { scriptSteps } from "./run_script.ts";
import { SqlSession, type SqlSessionOptions } from "./sql_session.ts";

/** What the interactive shell needs. */
export interface ShellOptions extends Omit<SqlSessionOptions, "notice" | "history"> {
  readonly stdin: TerminalInput;
  /** The terminal that shows prompts, footers and errors. */
  readonly terminal: NodeJS.WritableStream;
  /** File of the history, or `null` to keep none. */
  readonly historyPath: string | null;
  /** Lines shown at the start. */
  readonly banner: readonly string[];
}

/** The interactive shell: reads statements and dot commands from a terminal until `.quit` or Ctrl-D. */
export class Shell {
  readonly #options: ShellOptions;
  readonly #session: SqlSession;
  readonly #history: History;
  readonly #editor: LineEditor;
  readonly #names: NamesCatalog;
  /** Cancels what the line being read, or read last, sets off. */
  #controller = new AbortController();
  #running = false;
  /** Lines of a statement that has no semicolon yet. */
  #pending = "";

  constructor(options: ShellOptions) {
    this.#options = options;
    const notice = (text: string): void => this.notice(text);
    this.#history = new History(options.historyPath, (text) => options.terminal.write(`${text}\n`));
    this.#session = new SqlSession({ ...options, notice, history: () => this.#history.entries });
    this.#names = new NamesCatalog(options.engine);
    this.#editor = new LineEditor({
      input: options.stdin,
      output: options.terminal,
      complete: async (line, cursor) => {
        const names = await this.#names.read();
        return complete(this.#pending + line, this.#pending.length + cursor, { ...names, files: listFiles });
      },
      history: () => this.#history.entries,
      onInterrupt: () => this.#controller.abort(),
    });
  }

  /** Whether a statement or command runs: only then may the terminal show progress, for otherwise a line is edited on it. */
  get running(): boolean {
    return this.#running;
  }

  /** Prints text that is no result: below the statement that runs, or above the line being edited. */
  notice(text: string): void {
    this.#editor.interject(text);
  }

  /** Runs the shell to its end and gives the exit code. The engine stays open. */
  async run(): Promise<number> {
    const { terminal, engine, banner, color } = this.#options;
    for (const line of banner) terminal.write(`${styled(line, "dim", color)}\n`);
    try {
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

  /** Reads one line and runs what it completes; `false` at the end of input. */
  async #step(): Promise<boolean> {
    const { inTransaction } = this.#options.engine;
    const prompt = this.#pending === "" ? statementPrompt(inTransaction) : continuationPrompt(inTransaction);
    this.#controller = new AbortController();
    const input = await this.#editor.read(prompt);
    switch (input.kind) {
      case "line":
        await this.#enter(input.text);
        return true;
      case "interrupt":
        if (this.#pending === "" && input.text === "") this.#options.terminal.write("Ctrl-D or .quit leaves.\n");
        this.#pending = "";
        return true;
      case "end":
        this.#options.terminal.write("\n");
        if (this.#pending !== "") this.#options.terminal.write("The unfinished statement was not run.\n");
        return false;
    }
  }

  async #enter(line: string): Promise<void> {
    if (this.#controller.signal.aborted) {
      this.#pending = "";
      this.notice("Cancelled.\n");
      return;
    }
    const text = this.#pending + line;
    const isCommand = isDotCommand(text);
    // Without a semicolon in the line the statement cannot be over: long pasted statements are not read anew for every line.
    const state = isCommand
      ? "complete"
      : this.#pending !== "" && !line.includes(";")
      ? "incomplete"
      : completeness(text);
    this.#pending = state === "incomplete" ? `${text}\n` : "";
    if (state !== "complete") return;
    this.#history.add(text);
    await this.#runAll(text);
  }

  /** Runs the statements typed; the first failure ends them. */
  async #runAll(text: string): Promise<void> {
    const { signal } = this.#controller;
    this.#running = true;
    try {
      for (const step of scriptSteps(text)) {
        await this.#session.run(step, signal);
        if (this.#session.ended) break;
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#running = false;
    }
  }

  #report(error: unknown): void {
    // Nobody reads the results any more: there is nothing left to do here.
    if (error instanceof OutputClosed) throw error;
    this.#options.beforePrinting?.();
    if (error instanceof RheiError && error.code === "CANCELLED") this.notice("Cancelled.\n");
    else {this.notice(
        `${renderError(error, { color: this.#options.color, width: this.#options.width() ?? undefined })}\n`,
      );}
  }
}
