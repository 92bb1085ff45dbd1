import { setTimeout as sleep } from "node:timers/promises";
import type { HistoryEnd, QueryOptions, SqlValue } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { classify } from "../../src/sql/mod.ts";
import { runDotCommand, type Session, type SessionSettings } from "../meta/mod.ts";
import { type ChartKind, counted, renderChart } from "../render/mod.ts";
import { assertQuery, checkExportPath, exportRows, importFile, importProgressText } from "../transfer/mod.ts";
import { dumpOfOneState } from "./dump_database.ts";
import { importTarget } from "./import_target.ts";
import { Output } from "./output.ts";
import { readScript } from "./read_script.ts";
import { ResultPrinter } from "./result_printer.ts";
import { runScript, type ScriptStep, type ScriptTarget } from "./run_script.ts";
import type { SqlSessionOptions } from "./session_options.ts";
import { boundParameters } from "./session_parameters.ts";

/** Size assumed where there is no terminal, in columns and rows. */
const SIZE_WITHOUT_TERMINAL = [80, 24] as const;

/** A script that reads itself ends here, rather than when memory does. */
const SCRIPTS_OPEN_MAX = 50;

/**
 * Runs SQL and dot commands one after the other and prints what they give: the common part of the shell and of scripts.
 * Failures are thrown; whoever runs the session prints them.
 */
export class SqlSession implements Session, ScriptTarget {
  readonly #options: SqlSessionOptions;
  readonly #output: Output;
  readonly #printer: ResultPrinter;
  readonly parameters = new Map<string, SqlValue>();
  #failures = 0;
  #lastQuery: string | null = null;
  #exitCode: number | null = null;
  #scriptsOpen = 0;
  #signal: AbortSignal = new AbortController().signal;

  constructor(options: SqlSessionOptions) {
    this.#options = options;
    this.#output = new Output(options.stdout);
    this.#printer = new ResultPrinter(this.#output, options.settings, options);
  }

  get settings(): SessionSettings {
    return this.#options.settings;
  }

  get database(): string {
    return this.#options.database;
  }

  get width(): number {
    return this.#options.width() ?? SIZE_WITHOUT_TERMINAL[0];
  }

  get lastQuery(): string | null {
    return this.#lastQuery;
  }

  get history(): readonly string[] {
    return this.#options.history();
  }

  /** Failures that did not end the script they were in. */
  get failures(): number {
    return this.#failures;
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
      if (this.settings.echo) await this.print(step.kind === "sql" ? `${step.text};` : step.text);
      if (step.kind === "dotCommand") await runDotCommand(step.text, this);
      else await this.#runSql(step.text);
    } finally {
      this.#signal = outer;
      this.#output.endOfResult();
    }
  }

  async #runSql(sql: string): Promise<void> {
    const { engine, notice } = this.#options;
    const { explain } = this.settings;
    if (explain !== "off" && classify(sql).kind === "select") {
      this.#report(await this.#explanation(sql, explain === "analyze"));
    }
    const outcome = await engine.run(sql, boundParameters(sql, this.parameters), this.#queryOptions());
    if (outcome.kind === "rows") {
      if (outcome.class.kind === "select") this.#lastQuery = sql;
      await this.#printer.print(outcome.result, () => this.#assertNotCancelled());
    }
    const footer = this.#printer.footer(outcome);
    if (footer !== null) notice(footer);
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

  /** @param bail Whether a failure ends it, unless `.bail` says. */
  async runScript(path: string, bail = true): Promise<void> {
    if (this.#scriptsOpen === SCRIPTS_OPEN_MAX) {
      throw new RheiError(
        "IO_ERROR",
        `Cannot read "${path}": ${SCRIPTS_OPEN_MAX} scripts are open, each read by another`,
      );
    }
    const script = readScript(path);
    this.#scriptsOpen++;
    try {
      await runScript(script, this, { name: path, onFailure: (failure) => this.fail(failure, bail) });
    } finally {
      this.#scriptsOpen--;
    }
  }

  /**
   * Notes a failure in a script and prints it, or throws it to end the script: as `.bail` asks, else as `bail` says.
   *
   * @throws {RheiError} The failure.
   */
  fail(failure: RheiError, bail: boolean): void {
    if ((this.settings.bail ?? bail) || failure.code === "CANCELLED") throw failure;
    this.#failures += 1;
    this.#options.onFailure(failure);
  }

  async importFile(path: string, table: string): Promise<void> {
    const { engine, progress, beforePrinting } = this.#options;
    const { rows, created } = await importFile(importTarget(engine), path, table, {
      signal: this.#signal,
      ...(progress === undefined ? {} : { onProgress: (state) => progress(importProgressText(path, state)) }),
    });
    beforePrinting?.();
    this.#report(`${counted(rows, "row")} imported into ${created ? "new table " : ""}"${table}"`);
  }

  async exportRows(sql: string, path: string): Promise<void> {
    assertQuery(sql, `export to "${path}"`);
    await checkExportPath(path);
    const result = await this.#options.engine.query(sql, boundParameters(sql, this.parameters), this.#queryOptions());
    await exportRows({ columns: result.columns, rows: result.exactRows() }, path, this.#signal);
    this.#report(`${counted(result.rowCount, "row")} exported to "${path}"`);
  }

  async explain(sql: string, analyze: boolean): Promise<void> {
    await this.print(await this.#explanation(sql, analyze));
  }

  async chart(kind: ChartKind | null, sql: string): Promise<void> {
    assertQuery(sql, "draw the result");
    const { color, palette, height } = this.#options;
    const result = await this.#options.engine.query(sql, boundParameters(sql, this.parameters), this.#queryOptions());
    this.#lastQuery = sql;
    const colored = color && palette !== undefined && !this.#output.redirected;
    const drawn = renderChart({ columns: result.columns, rows: result.exactRows() }, kind, {
      width: this.width,
      height: height?.() ?? SIZE_WITHOUT_TERMINAL[1],
      palette: colored ? palette : null,
    });
    if (drawn === null) {
      throw new RheiError("SQL_ERROR", "Cannot draw the result: it has no column of numbers with rows", {
        hint: "a chart needs a column that names the rows and one or more of numbers",
      });
    }
    await this.print(drawn);
  }

  async watch(seconds: number, sql: string): Promise<void> {
    const signal = this.#signal;
    for (;;) {
      await this.print(`${new Date().toLocaleTimeString("en-GB")} · every ${seconds} s, Ctrl-C ends`);
      await this.#runSql(sql);
      try {
        await sleep(seconds * 1000, undefined, { signal });
      } catch {
        // Ctrl-C between two runs is how it is meant to end.
        return;
      }
    }
  }

  async dump(pattern: string): Promise<void> {
    const { engine, beforePrinting } = this.#options;
    beforePrinting?.();
    for await (const piece of dumpOfOneState(engine, pattern, this.#signal)) {
      this.#assertNotCancelled();
      await this.#output.write(piece);
    }
  }

  async edit(text: string): Promise<void> {
    const { edit } = this.#options;
    if (edit === undefined) {
      throw new RheiError("SQL_SYNTAX", "Cannot edit a statement: there is no terminal", {
        hint: "use it in rhei shell",
      });
    }
    await edit(text);
  }

  async evaluate(expression: string): Promise<SqlValue> {
    const result = await this.#options.engine.query(`select ${expression}`, [], { route: "oltp" });
    return result.values()[0]?.[0] ?? null;
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
    const shown = lines.filter((line) => line !== "" && isShown(line));
    if (shown.length === 0) {
      throw new RheiError("SQL_ERROR", `Cannot show metrics: none has a name that begins with "${prefix}"`, {
        hint: ".metrics shows all of them",
      });
    }
    await this.print(shown.join("\n"));
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

  async untrack(tables: readonly string[], history: HistoryEnd | undefined): Promise<void> {
    await this.#options.engine.untrack(tables, history === undefined ? {} : { history });
  }

  leave(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  /** Closes a file that takes the output. The engine stays open. */
  close(): void {
    this.#output.close();
  }

  async #explanation(sql: string, analyze: boolean): Promise<string> {
    const { engine, reports, width } = this.#options;
    const parameters = boundParameters(sql, this.parameters);
    const explanation = await engine.explain(sql, parameters, { ...this.#queryOptions(), analyze });
    return reports.explanation(explanation, this.#output.redirected ? null : width());
  }

  /** What was done is no result: it goes where footers go. */
  #report(text: string): void {
    this.#options.notice(`${text}\n`);
  }
}
