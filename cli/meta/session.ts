import type { HistoryEnd, SqlValue } from "../../mod.ts";
import type { ChartKind } from "../render/mod.ts";
import type { SessionSettings } from "./session_settings.ts";

/** What dot commands see of the shell or script they run in. Failures are thrown; nothing is printed for them here. */
export interface Session {
  readonly settings: SessionSettings;
  /** The database as the user named it. */
  readonly database: string;
  /** Columns of the terminal, or what stands for it where there is none. */
  readonly width: number;
  /** The last query that gave rows, or `null`. */
  readonly lastQuery: string | null;
  /** What was typed before, newest first; empty in a script. */
  readonly history: readonly string[];

  /** Rows of a query over the database's own catalogue, the open transaction's changes included. */
  catalogue(sql: string, params?: readonly string[]): Promise<(string | null)[][]>;
  /** Writes text and a line end to the current output. */
  print(text: string): Promise<void>;
  /** Sends output to a file instead of stdout; `null` ends that. `once` ends it after the next statement that prints. */
  redirect(path: string | null, once: boolean): void;
  /** Runs a script of SQL and dot commands; stops at its first error. */
  runScript(path: string): Promise<void>;
  importFile(path: string, table: string): Promise<void>;
  exportRows(sql: string, path: string): Promise<void>;
  /** Prints where a statement would go, why, and the plan; with `analyze` it is run for what each step takes. */
  explain(sql: string, analyze: boolean): Promise<void>;
  /** Runs a query and draws its rows. */
  chart(kind: ChartKind | null, sql: string): Promise<void>;
  /** Runs a statement again and again until it is cancelled. */
  watch(seconds: number, sql: string): Promise<void>;
  /** Prints SQL that makes the tables whose names match the pattern, their rows included. */
  dump(pattern: string): Promise<void>;
  /** Has the user's editor change a text, which is then there to be run. */
  edit(text: string): Promise<void>;
  /** Values of named and numbered parameters, by name with its prefix. */
  readonly parameters: Map<string, SqlValue>;
  /** The value of an SQL expression. */
  evaluate(expression: string): Promise<SqlValue>;
  /** Brings the mirror up to date, or reads tables or everything anew, and prints what that did. */
  sync(rebuild?: readonly string[] | "all"): Promise<void>;
  /** Prints tables, rows, backend and lag. */
  status(): Promise<void>;
  /** Prints what was counted, in Prometheus's text format, of metrics whose names begin so. */
  metrics(prefix: string): Promise<void>;
  /** Compares the mirror with its source and prints the outcome; fails if they differ. */
  verify(): Promise<void>;
  /** Starts change capture, of all tables when none is named. */
  track(tables: readonly string[]): Promise<void>;
  /** Ends change capture, of all tables when none is named; where there is history, `history` says what becomes of it. */
  untrack(tables: readonly string[], history: HistoryEnd | undefined): Promise<void>;
  /** Ends the shell or script after this command. */
  leave(exitCode: number): void;
}
