/**
 * What every `OlapBackend` must do. Each case gets a fresh, empty mirror; a backend's test file registers the suite with its own
 * way to open one.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { arrowTableCases } from "./arrow_table_cases.ts";
import { changeCases } from "./change_cases.ts";
import { crashCases } from "./crash_cases.ts";
import type { OlapCase, OlapCases, OlapSubject } from "./harness.ts";
import { lifecycleCases } from "./lifecycle_cases.ts";
import { lookupCases } from "./lookup_cases.ts";
import { queryCases } from "./query_cases.ts";
import { transactionCases } from "./transaction_cases.ts";
import { valueCases } from "./value_cases.ts";

/** Registers the suite: all of it for mirrors on disk where the backend keeps such, and what storage may change in memory. */
export function olapConformance(subject: OlapSubject): void {
  const everywhere = { ...valueCases, ...transactionCases, ...arrowTableCases, ...lookupCases };
  const once = { ...changeCases, ...queryCases };
  const places: readonly (readonly ["memory" | "file", OlapCases])[] = subject.childModule === null
    ? [["memory", { ...everywhere, ...once }]]
    : [["memory", everywhere], ["file", { ...everywhere, ...once, ...lifecycleCases, ...crashCases }]];
  for (const [place, cases] of places) {
    for (const [name, run] of Object.entries(cases)) register(subject, place, name, run);
  }
}

function register(subject: OlapSubject, place: "memory" | "file", name: string, run: OlapCase): void {
  Deno.test(`OlapBackend (${subject.name}, ${place}) ${name}`, async () => {
    const parent = await Deno.makeTempDir({ prefix: "rhei-olap-" });
    const folder = place === "memory" ? null : join(parent, "mirror");
    const open = [await subject.open(folder)];
    const reopen = async () => {
      await open.at(-1)!.close();
      const backend = await subject.open(folder);
      open.push(backend);
      return backend;
    };
    try {
      await run(open[0]!, { subject, backend: open[0]!, folder, reopen });
    } finally {
      await open.at(-1)!.close();
      await rm(parent, { recursive: true });
    }
  });
}
