import { type ComparisonRules, differenceOf, formatOutcome } from "../support/differential.ts";
import { BACKENDS, type DualEngine, openDualEngine } from "../support/dual_engine.ts";
import { COVERAGE, COVERAGE_SCHEMA, type CoverageCase } from "./cases.ts";

/** Where the page that {@linkcode coveragePage} makes is kept. */
export const COVERAGE_PAGE = "docs/sql_coverage.md";

/** Rows come in any order unless the statement says: what is shown here is whether the values are the same. */
const RULES: ComparisonRules = { realTolerance: 1e-12, order: [], looseText: false };

const INTRODUCTION = `# SQL coverage

The dialect is SQLite's. Every SELECT that libSQL accepts is answered, with libSQL's answer. This page says which part
of the language the mirrors answer themselves; the rest they decline, and libSQL runs it, as it would without rhei.
\`rhei explain\` tells the same of a statement of yours, and \`--route olap\` makes a decline an error.

The page is made from statements that the tests run: each is answered by libSQL and by both mirrors, and the answers are
compared. "yes" means that the mirror answers; anything else is the reason why libSQL does. Some declines depend on the
data, which a table cannot show: values of mixed classes in a column, a sum beyond 64 bits, a tie at a LIMIT that SQLite
decides by chance. A function that is missing here runs on libSQL, and so does every statement that is no SELECT.
`;

/** Runs every case and prints what answered it. @throws {Error} If a mirror's answer differs from libSQL's, or libSQL knows no answer. */
export async function coveragePage(): Promise<string> {
  const engines = await Promise.all(BACKENDS.map((backend) => openDualEngine(backend)));
  try {
    for (const engine of engines) await engine.execute(COVERAGE_SCHEMA);
    const parts = [INTRODUCTION];
    for (const { title, cases } of COVERAGE) {
      const rows: string[][] = [["", "DuckDB", "Arrow"]];
      for (const one of cases) {
        const answers: string[] = [];
        for (const engine of engines) answers.push(await answerOf(engine, one));
        rows.push([one.name, ...answers]);
      }
      parts.push(`## ${title}\n\n${markdownTable(rows)}\n`);
    }
    return parts.join("\n");
  } finally {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
  }
}

/** What reads the clock has another answer a moment later. */
const CLOCK = /\b(current_|now\b)/;

async function answerOf(engine: DualEngine, { name, sql }: CoverageCase): Promise<string> {
  const statement = { sql, params: [] };
  const expected = await engine.oltp(statement);
  const actual = await engine.olap(statement);
  if (expected.kind === "error") throw new Error(`${name}: libSQL refuses it: ${expected.message}`);
  if (actual.kind === "declined") return actual.reason;
  const difference = CLOCK.test(sql) ? null : differenceOf(expected, actual, RULES);
  if (difference === null) return "yes";
  throw new Error(`${name}: ${engine.backend} answers ${formatOutcome(actual)}: ${difference}`);
}

/** A table as the formatter leaves it: columns padded to one width, bars escaped. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}
