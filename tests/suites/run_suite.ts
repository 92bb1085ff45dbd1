import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HtapEngine } from "../../mod.ts";
import { type ComparisonRules, differenceOf, type Outcome } from "../support/differential.ts";
import { outcomeOf } from "../support/dual_engine.ts";
import { inSqliteDialect } from "./sqlite_dialect.ts";

export type Verdict = "equal" | "differs" | "declined" | "refused";

/** What came of one statement. */
export interface SuiteLine {
  /** Number in the file from 1 on, with `'` for the text brought into SQLite's dialect. */
  readonly query: string;
  readonly verdict: Verdict;
  /** The difference, the reason of a decline, or SQLite's message. */
  readonly reason: string;
  readonly rows: number;
  readonly oltpMs: number;
  readonly olapMs: number;
}

/** The statements of a suite's file, in its order. */
export async function readStatements(folder: string, suite: string): Promise<string[]> {
  const text = await readFile(join(folder, `${suite}.jsonl`), "utf8");
  return text.split("\n").filter((line) => line !== "").map((line) => (JSON.parse(line) as { sql: string }).sql);
}

/** Rows are compared as sets: which order ties come in is open, and what ORDER BY decides is checked by `orderDifference`. */
const RULES: ComparisonRules = { realTolerance: 1e-9, order: [], looseText: false };

/** Runs a statement on both routes, as written and, if it is another text, in SQLite's dialect. */
export async function runStatement(engine: HtapEngine, sql: string, number: number): Promise<SuiteLine[]> {
  if (!/^\s*(select|with|values)\b/i.test(sql)) {
    await engine.execute(sql);
    return [];
  }
  const translated = inSqliteDialect(sql);
  const lines = [await compareRoutes(engine, sql, `${number}`)];
  if (translated !== sql) lines.push(await compareRoutes(engine, translated, `${number}'`));
  return lines;
}

async function compareRoutes(engine: HtapEngine, sql: string, query: string): Promise<SuiteLine> {
  const [expected, oltpMs] = await timed(() => outcomeOf(engine, { sql, params: [] }, "oltp"));
  if (expected.kind !== "rows") {
    const reason = expected.kind === "error" ? expected.message : expected.reason;
    return { query, verdict: "refused", reason: reason.split("\n")[0]!, rows: -1, oltpMs, olapMs: 0 };
  }
  const [actual, olapMs] = await timed(() => outcomeOf(engine, { sql, params: [] }, "olap"));
  const common = { query, rows: expected.rows.length, oltpMs, olapMs };
  if (actual.kind === "declined") {
    return { ...common, verdict: "declined", reason: `${actual.cause}: ${actual.reason}` };
  }
  const difference = differenceOf(expected, actual, RULES) ?? orderDifference(sql, expected, actual);
  return { ...common, verdict: difference === null ? "equal" : "differs", reason: difference ?? "" };
}

async function timed(run: () => Promise<Outcome>): Promise<[Outcome, number]> {
  const started = performance.now();
  return [await run(), performance.now() - started];
}

/** Columns of the result that the outermost ORDER BY names in front, up to the first expression that is none of them. */
function orderDifference(sql: string, expected: Outcome, actual: Outcome): string | null {
  if (expected.kind !== "rows") return null;
  const order = /\border\s+by\s+((?:[^()]|\([^()]*\))*?)(?:\blimit\b[^()]*)?;?\s*$/i.exec(sql)?.[1];
  if (order === undefined) return null;
  const names = expected.columns.map(({ name }) => name.toLowerCase());
  const keys: number[] = [];
  for (const term of order.split(/,(?![^()]*\))/)) {
    const plain = term.trim().toLowerCase().replace(/\s+(asc|desc)\b|\s+nulls\s+(first|last)\b/g, "").replace(
      /^\w+\./,
      "",
    );
    const at = /^\d+$/.test(plain) ? Number(plain) - 1 : names.indexOf(plain);
    if (at < 0) break;
    keys.push(at);
  }
  return differenceOf(expected, actual, { ...RULES, order: keys });
}
