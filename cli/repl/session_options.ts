import type { HtapEngine } from "../../mod.ts";
import type { RheiError } from "../../src/errors/mod.ts";
import type { SessionSettings } from "../meta/mod.ts";
import type { Palette } from "../render/mod.ts";
import type { ResultSink } from "./output.ts";
import type { PrintingPlace } from "./result_printer.ts";

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
  readonly explanation: (explanation: Awaited<ReturnType<HtapEngine["explain"]>>, width?: number | null) => string;
  readonly sync: (report: Awaited<ReturnType<HtapEngine["syncNow"]>>) => string;
  readonly status: (status: Awaited<ReturnType<HtapEngine["status"]>>) => string;
  readonly verify: (report: Awaited<ReturnType<HtapEngine["verify"]>>) => string;
}

/** What a {@linkcode SqlSession} needs. */
export interface SqlSessionOptions extends PrintingPlace {
  readonly engine: SessionEngine;
  readonly reports: SessionReports;
  /** As the user named it. */
  readonly database: string;
  readonly settings: SessionSettings;
  /** Takes results. */
  readonly stdout: ResultSink;
  /** Takes everything else; text with its line end. */
  readonly notice: (text: string) => void;
  /** Prints a failure that does not end what runs. */
  readonly onFailure: (failure: RheiError) => void;
  /** Has the user change a text; what they make of it is the next thing typed. Only at a terminal. */
  readonly edit?: (text: string) => Promise<void>;
  /** Shows how far long work is. */
  readonly progress?: (text: string) => void;
  /** Colours of charts. */
  readonly palette?: Palette;
  /** Newest first; empty in a script. */
  readonly history: () => readonly string[];
}
