import { chbenchmark } from "./chbenchmark.ts";
import { clickbench } from "./clickbench.ts";
import { ssb } from "./ssb.ts";
import type { Suite } from "./suite_table.ts";
import { tpcds } from "./tpcds.ts";

export const SUITES: readonly Suite[] = [ssb, clickbench, chbenchmark, tpcds];
