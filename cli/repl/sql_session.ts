import { readFileSync } from "node:fs";
import { RheiError } from "../../src/errors/mod.ts";
import { classify } from "../../src/sql/mod.ts";
import { runDotCommand, type Session, type SessionSettings } from "../meta/mod.ts";
import { changeFooter, counted, durationText, renderResult, resultFooter, styled } from "../render/mod.ts";
import type { HtapEngine, QueryOptions, QueryResult, RunResult } from "../../mod.ts";
import { checkExportPath, exportRows, importFile } from "../transfer/mod.ts";
import { Output, reasonOf, type ResultSink } from "./output.ts";
import { runScript, type ScriptStep, type ScriptTarget } from "./run_script.ts";

/** The part of the engine a session uses. */
export type SessionEngine = Pick<
  HtapEngine,
  | "run"
  | "query"
  | "transaction"
  | "explain"
  | "rebuild"
  | "syncNow"
  | "status"
  | "metrics"
  | "verify"
  | "track"
  | "untrack"
  | "inTransaction"
>;

/** How engine reports read, the same in dot commands and subcommands: texts without a last line end. */
export interface SessionReports {
  readonly explanation: (explanation: Awaited<ReturnType<HtapEngine["explain"]>>) => string;
  readonly sync: (report: Awaited<ReturnType<HtapEngine["syncNow"]>>) => string;
  readonly status: (status: Awaited<ReturnType<HtapEngine["status"]>>) => string;
  readonly verify: (report: Awaited<ReturnType<HtapEngine["verify"]>>) => string;
}

/** What a {@linkcode SqlSession} needs. */
export interface SqlSessionOptions {
  readonly engine: SessionEngine;
  readonly reports: SessionReports;
  /** As the user named it. */
  readonly database: string;
  readonly settings: SessionSettings;
  /** Takes results. */
  readonly stdout: ResultSink;
  /** Takes everything else; text with its line end. */
  readonly notice: (text: string) => void;
  /** Called when a statement or command is about to print: progress shown so far can be taken away. */
  readonly beforePrinting?: () => void;
  /** Columns of the terminal behind stdout, asked anew for each result; `null` when it is none. */
  readonly width: () => number | null;
  /** Whether escape sequences may be used on stdout. */
  readonly color: boolean;
  /** Newest first; empty in a script. */
  readonly history: () => readonly string[];
}

/** Columns assumed where there is no terminal. */
const WIDTH_WITHOUT_TERMINAL = 80;

/** A script that reads itself ends here, rather than when memory does. */
const SCRIPTS_OPEN_MAX = 50;

/**
 * Runs SQL and dot commands one after the other and prints what they give: the common part of the shell and of scripts.
 * Failures are thrown; whoever runs the session prints them.
 */
export class SqlSession implements Session, ScriptTarget {
  readonly #options: SqlSessionOptions;
  readonly #output: Output;
  #lastQuery: string | null = null;
  #exitCode: number | null = null;
  #scriptsOpen = 0;
  #signal: AbortSignal = new AbortController().signal;

  constructor(options: SqlSessionOptions) {
    this.#options = options;
    this.#output = new Output(options.stdout);
  }

  get settings(): SessionSettings {
    return this.#options.settings;
  }

  get database(): string {
    return this.#options.database;
  }

  get width(): number {
    return this.#options.width() ?? WIDTH_WITHOUT_TERMINAL;
  }

  get lastQuery(): string | null {
    return this.#lastQuery;
  }

  get history(): readonly string[] {
    return this.#options.history();
  }

  /** What `.quit` was given, or `null` while nobody has asked to leave. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Whether a script should end here, since `.quit` was met. */
  get ended(): boolean {
    return this.#exitCode !== null;
  }

  /**
   * Runs one statement or dot command and prints what it gives.
   *
   * @param signal Cancels it, and what it runs in turn.
   * @throws {RheiError} `CANCELLED` when the signal has aborted; otherwise what the statement or command reports.
   */
  async run(step: Pick<ScriptStep, "kind" | "text">, signal?: AbortSignal): Promise<void> {
    const outer = this.#signal;
    this.#signal = signal ?? outer;
    try {
      this.#assertNotCancelled();
      if (step.kind === "dotCommand") await runDotCommand(step.text, this);
      else await this.#runSql(step.text);
    } finally {
      this.#signal = outer;
      this.#output.endOfResult();
    }
  }

  async #runSql(sql: string): Promise<void> {
    const { engine, notice } = this.#options;
    if (this.settings.explain && classify(sql).kind === "select") this.#report(await this.#explanation(sql));
    const outcome = await engine.run(sql, [], this.#queryOptions());
    if (outcome.kind === "rows") {
      if (outcome.class.kind === "select") this.#lastQuery = sql;
      await this.#show(outcome.result);
    }
    if (this.settings.timer) notice(`${styled(footerOf(outcome), "dim", this.#options.color)}\n`);
  }

  async #show(result: QueryResult): Promise<void> {
    this.#options.beforePrinting?.();
    const { redirected } = this.#output;
    const rendered = renderResult(this.settings.mode, { columns: result.columns, rows: result.exactRows() }, {
      width: redirected ? null : this.#options.width(),
      maxRows: redirected || this.#options.width() === null ? null : this.settings.rowsShownMax,
      color: this.#options.color && !redirected,
    });
    for (const piece of rendered) {
      this.#assertNotCancelled();
      await this.#output.write(piece);
    }
  }

  #assertNotCancelled(): void {
    if (this.#signal.aborted) throw new RheiError("CANCELLED", "Cannot go on: cancelled");
  }

  #queryOptions(): QueryOptions {
    const { route, freshness } = this.settings;
    return { route, freshness, signal: this.#signal };
  }

  async catalogue(sql: string, params: readonly string[] = []): Promise<(string | null)[][]> {
    const result = await this.#options.engine.query(sql, params, { route: "oltp" });
    return result.values().map((row) => row.map((value) => (value === null ? null : String(value))));
  }

  print(text: string): Promise<void> {
    this.#options.beforePrinting?.();
    return this.#output.write(`${text}\n`);
  }

  redirect(path: string | null, once: boolean): void {
    this.#output.redirect(path, once);
  }

  async runScript(path: string): Promise<void> {
    if (this.#scriptsOpen === SCRIPTS_OPEN_MAX) {
      throw new RheiError(
        "IO_ERROR",
        `Cannot read "${path}": ${SCRIPTS_OPEN_MAX} scripts are open, each read by another`,
      );
    }
    let script: string;
    try {
      script = readFileSync(path, "utf8");
    } catch (error) {
      throw new RheiError("IO_ERROR", `Cannot read "${path}": ${reasonOf(error)}`, { cause: error });
    }
    this.#scriptsOpen++;
    try {
      await runScript(script, this, {
        name: path,
        onFailure(failure) {
          throw failure;
        },
      });
    } finally {
      this.#scriptsOpen--;
    }
  }

  async importFile(path: string, table: string): Promise<void> {
    const { rows, created } = await importFile(this.#options.engine, path, table, { signal: this.#signal });
    this.#report(`${counted(rows, "row")} imported into ${created ? "new table " : ""}"${table}"`);
  }

  async exportRows(sql: string, path: string): Promise<void> {
    await checkExportPath(path);
    const result = await this.#options.engine.query(sql, [], this.#queryOptions());
    await exportRows({ columns: result.columns, rows: result.exactRows() }, path);
    this.#report(`${counted(result.rowCount, "row")} exported to "${path}"`);
  }

  async explain(sql: string): Promise<void> {
    await this.print(await this.#explanation(sql));
  }

  async sync(rebuild?: readonly string[] | "all"): Promise<void> {
    const { engine, reports } = this.#options;
    const report = rebuild === undefined
      ? await engine.syncNow({ signal: this.#signal })
      : await engine.rebuild(...(rebuild === "all" ? [] : rebuild));
    this.#report(reports.sync(report));
  }

  async status(): Promise<void> {
    await this.print(this.#options.reports.status(await this.#options.engine.status()));
  }

  async metrics(prefix: string): Promise<void> {
    const lines = (await this.#options.engine.metrics()).split("\n");
    const isShown = (line: string): boolean => line.replace(/^# (HELP|TYPE) /, "").startsWith(prefix);
    await this.print(lines.filter((line) => line !== "" && isShown(line)).join("\n"));
  }

  async verify(): Promise<void> {
    const report = await this.#options.engine.verify({ signal: this.#signal });
    await this.print(this.#options.reports.verify(report));
    if (!report.equal) {
      throw new RheiError("VERIFY_MISMATCH", "Cannot vouch for the mirror: it differs from the database");
    }
  }

  async track(tables: readonly string[]): Promise<void> {
    await this.#options.engine.track(...tables);
  }

  async untrack(tables: readonly string[]): Promise<void> {
    await this.#options.engine.untrack(...tables);
  }

  leave(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  /** Closes a file that takes the output. The engine stays open. */
  close(): void {
    this.#output.close();
  }

  async #explanation(sql: string): Promise<string> {
    return this.#options.reports.explanation(await this.#options.engine.explain(sql, [], this.#queryOptions()));
  }

  /** What was done is no result: it goes where footers go. */
  #report(text: string): void {
    this.#options.notice(`${text}\n`);
  }
}

function footerOf(outcome: RunResult): string {
  if (outcome.kind === "rows") return resultFooter(outcome.result);
  if (outcome.class.kind === "write") return `${changeFooter(outcome.rowsAffected, outcome.durationMs)} · libsql`;
  return `done · ${durationText(outcome.durationMs)} · libsql`;
}
