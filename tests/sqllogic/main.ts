// deno-lint-ignore-file no-console -- a command reports on stdout and stderr
/**
 * `deno task slt PATH…` runs sqllogictest files (or folders of them) on libSQL and every query on the mirror too, and exits 1 if
 * anything differs; `--complete` writes libSQL's answers into the files instead.
 */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { backendNamed, openDualEngine } from "../support/dual_engine.ts";
import { completeScript } from "./complete_script.ts";
import { parseScript } from "./parse_script.ts";
import { emptyReport, runScript, type ScriptReport } from "./run_script.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { complete: { type: "boolean" }, olap: { type: "string", default: "duckdb" } },
});

async function scriptsIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(slt|test)$/.test(name)).sort();
  return names.map((name) => join(path, name));
}

function summaryOf(report: ScriptReport): string {
  const causes = [...report.declined].sort((a, b) => b[1].count - a[1].count);
  const declined = causes.reduce((sum, [, { count }]) => sum + count, 0);
  const share = (count: number): string => `${(100 * count / Math.max(1, report.queries)).toFixed(2)} %`;
  return [
    `${report.queries} queries, ${report.compared} compared, ${declined} declined (${share(declined)}), ` +
    `${report.failures.length} failures`,
    ...causes.map(([cause, { count, example }]) => `  declined, ${cause}: ${count} (${share(count)}), e.g. ${example}`),
  ].join("\n");
}

if (positionals.length === 0) {
  console.error("Usage: deno task slt [--complete] [--olap duckdb|arrow] PATH…");
  Deno.exit(2);
}
const total = emptyReport();
for (const file of (await Promise.all(positionals.map(scriptsIn))).flat()) {
  const text = await readFile(file, "utf8");
  await using engine = await openDualEngine(backendNamed(values.olap));
  if (values.complete === true) {
    await writeFile(file, await completeScript(text, file, engine));
    continue;
  }
  const before = { queries: total.queries, failures: total.failures.length };
  const started = performance.now();
  await runScript(parseScript(text, file), file, engine, total);
  const fresh = total.failures.slice(before.failures);
  const milliseconds = Math.round(performance.now() - started);
  console.log(
    `${fresh.length === 0 ? "ok    " : "FAILED"} ${basename(file)}: ${
      total.queries - before.queries
    } queries, ${milliseconds} ms`,
  );
  for (const failure of fresh.slice(0, 5)) console.log(failure);
}
if (values.complete !== true) console.log(summaryOf(total));
Deno.exit(total.failures.length === 0 ? 0 : 1);
