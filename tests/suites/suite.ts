import { chbenchmark } from "./chbenchmark.ts";
import { clickbench } from "./clickbench.ts";
import { ssb } from "./ssb.ts";
import type { SuiteTable } from "./suite_table.ts";
import { tpcds } from "./tpcds.ts";

/** A benchmark: a schema with generated rows, for the statements of `<name>.jsonl`. */
export interface Suite {
  readonly name: string;
  /** Each after those its rows depend on. */
  readonly tables: readonly SuiteTable[];
  /** Without them SQLite takes minutes. */
  readonly indexes: readonly string[];
}

export const SUITES: readonly Suite[] = [ssb, clickbench, chbenchmark, tpcds];
