import { type ComparisonRules, differenceOf, formatOutcome, type Outcome } from "../support/differential.ts";
import type { DualEngine } from "../support/dual_engine.ts";
import type { Condition, Expectation, ScriptRecord } from "./parse_script.ts";
import { hashValues, renderResult } from "./render_values.ts";

/** Names a condition may give for what runs here. */
const REFERENCE_NAMES = ["sqlite", "libsql"];
const MIRROR_NAME = "mirror";

type QueryRecord = Extract<ScriptRecord, { kind: "query" }>;

/** What running a script came to. */
export interface ScriptReport {
  queries: number;
  /** Answered by the mirror and equal to SQLite's answer. */
  compared: number;
  /** By cause, with one statement as an example. */
  readonly declined: Map<string, { count: number; example: string }>;
  /** Skipped on the mirror by the script itself, with the reason given. */
  readonly skipped: string[];
  readonly failures: string[];
}

export function emptyReport(): ScriptReport {
  return { queries: 0, compared: 0, declined: new Map(), skipped: [], failures: [] };
}

function applies(conditions: readonly Condition[]): boolean {
  return conditions.every(({ kind, engine }) =>
    engine === MIRROR_NAME || REFERENCE_NAMES.includes(engine) === (kind === "onlyif")
  );
}

function mirrorSkip(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ kind, engine }) => kind === "skipif" && engine === MIRROR_NAME);
}

/** How an answer differs from what the script expects, or `null`. */
export function mismatch(values: readonly string[], expected: Expectation): string | null {
  if (expected.kind === "hash") {
    const md5 = hashValues(values);
    if (values.length === expected.count && md5 === expected.md5) return null;
    return `expected ${expected.count} values hashing to ${expected.md5}, got ${values.length} hashing to ${md5}`;
  }
  if (values.length === expected.values.length && values.every((value, i) => value === expected.values[i])) return null;
  return `expected ${JSON.stringify(expected.values)}, got ${JSON.stringify(values)}`;
}

class ScriptRunner {
  readonly #engine: DualEngine;
  readonly #file: string;
  readonly #report: ScriptReport;
  readonly #labels = new Map<string, string>();
  #mirrorRequired = false;

  constructor(engine: DualEngine, file: string, report: ScriptReport) {
    this.#engine = engine;
    this.#file = file;
    this.#report = report;
  }

  async run(records: readonly ScriptRecord[]): Promise<void> {
    for (const record of records) {
      switch (record.kind) {
        case "statement":
          if (applies(record.conditions)) await this.#statement(record);
          break;
        case "query":
          if (applies(record.conditions)) await this.#query(record);
          break;
        case "halt":
          if (applies(record.conditions)) return;
          break;
        case "mirror":
          this.#mirrorRequired = record.required;
          break;
        case "hashThreshold": // Only tells a program that writes results when to hash them.
          break;
      }
    }
  }

  #fail(line: number, what: string, sql: string): void {
    this.#report.failures.push(`${this.#file}:${line}: ${what}\n  ${sql.replaceAll("\n", "\n  ")}`);
  }

  async #statement(record: Extract<ScriptRecord, { kind: "statement" }>): Promise<void> {
    const failure = await this.#engine.execute(record.sql).then(() => null, (error: unknown) => String(error));
    if (record.succeeds && failure !== null) this.#fail(record.line, failure, record.sql);
    if (!record.succeeds && failure === null) this.#fail(record.line, "ran, though it should fail", record.sql);
  }

  async #query(record: QueryRecord): Promise<void> {
    this.#report.queries += 1;
    const statement = { sql: record.sql, params: [] };
    const expected = await this.#engine.oltp(statement);
    if (expected.kind !== "rows") return this.#failing(record, expected, await this.#engine.olap(statement));
    const values = renderResult(expected.rows, record.types, record.sort);
    const wrong = mismatch(values, record.expected) ?? this.#labelMismatch(record, values);
    if (wrong !== null) this.#fail(record.line, `libSQL: ${wrong}`, record.sql);
    const skip = mirrorSkip(record.conditions);
    if (skip === undefined) return this.#mirror(record, expected, await this.#engine.olap(statement));
    if (skip.reason === "") this.#fail(record.line, "skipif mirror needs a reason", record.sql);
    this.#report.skipped.push(skip.reason);
  }

  /** A query that expects no values may fail, as sqllogictest's own scripts have it; then the mirror must not answer either. */
  #failing(record: QueryRecord, expected: Outcome, actual: Outcome): void {
    const intended = record.expected.kind === "values" && record.expected.values.length === 0;
    if (!intended) this.#fail(record.line, formatOutcome(expected), record.sql);
    else this.#mirror(record, expected, actual);
  }

  #labelMismatch(record: QueryRecord, values: readonly string[]): string | null {
    if (record.label === null) return null;
    const hash = hashValues(values);
    const known = this.#labels.get(record.label);
    this.#labels.set(record.label, hash);
    return known === undefined || known === hash ? null : `differs from the other query labelled ${record.label}`;
  }

  #mirror(record: QueryRecord, expected: Outcome, actual: Outcome): void {
    if (actual.kind === "declined") {
      const seen = this.#report.declined.get(actual.cause) ?? { count: 0, example: `${actual.reason}: ${record.sql}` };
      this.#report.declined.set(actual.cause, { ...seen, count: seen.count + 1 });
      if (this.#mirrorRequired) this.#fail(record.line, formatOutcome(actual), record.sql);
      return;
    }
    const rules: ComparisonRules = {
      realTolerance: /\b(sum|avg|total)\s*\(/i.test(record.sql) ? 1e-12 : 0,
      order: record.sort === "nosort" ? "all" : [],
      looseText: false,
    };
    const difference = differenceOf(expected, actual, rules);
    if (difference === null) this.#report.compared += 1;
    else {this.#fail(
        record.line,
        `mirror: ${difference}\n${formatOutcome(expected)}\n${formatOutcome(actual)}`,
        record.sql,
      );}
  }
}

/** Runs a script on libSQL against its expectations, and every query on the mirror against libSQL's exact answer. */
export async function runScript(
  records: readonly ScriptRecord[],
  file: string,
  engine: DualEngine,
  report: ScriptReport,
): Promise<void> {
  await new ScriptRunner(engine, file, report).run(records);
}
