import { type ComparisonRules, differenceOf, type Outcome, sameEnd } from "../support/differential.ts";
import { type DualEngine, openDualEngine } from "../support/dual_engine.ts";
import type { RenderedStatement } from "./fragment.ts";
import type { FuzzSession } from "./session.ts";
import { literalOf } from "./values.ts";

/** Engines a reduction may open. */
const TRIES_MAX = 120;

interface TableData {
  readonly insertInto: string;
  readonly rows: readonly string[];
}

async function dump(engine: DualEngine, session: FuzzSession): Promise<TableData[]> {
  const data: TableData[] = [];
  for (const table of session.tables) {
    const columns = table.columns.filter((column) => !column.generated).map((column) => column.name).join(", ");
    const outcome = await engine.oltp({ sql: `SELECT ${columns} FROM ${table.name}`, params: [] });
    if (outcome.kind !== "rows") throw new Error(`Cannot dump "${table.name}": ${outcome.kind}`);
    const rows = outcome.rows.map((row) => `(${row.map(literalOf).join(", ")})`);
    data.push({ insertInto: `INSERT INTO ${table.name} (${columns}) VALUES `, rows });
  }
  return data;
}

function script(ddl: readonly string[], data: readonly TableData[]): string[] {
  const tables = ddl.filter((sql) => sql.startsWith("CREATE TABLE") || sql.startsWith("CREATE INDEX"));
  const views = ddl.filter((sql) => sql.startsWith("CREATE VIEW"));
  const inserts = data.filter(({ rows }) => rows.length > 0).map(({ insertInto, rows }) =>
    insertInto + rows.join(", ")
  );
  return [...tables, ...inserts, ...views];
}

/**
 * The shortest script found that still makes the two engines disagree on the statement, starting from the rows the tables hold
 * now; `null` when loading them afresh does not show the difference (then the path of changes matters, not the rows).
 */
export async function minimiseData(
  engine: DualEngine,
  session: FuzzSession,
  statement: RenderedStatement,
  outcome: Outcome,
  rules: ComparisonRules,
): Promise<readonly string[] | null> {
  let tries = 0;
  const differs = async (candidate: readonly string[]): Promise<boolean> => {
    tries += 1;
    await using fresh = await openDualEngine(engine.backend);
    for (const sql of candidate) await fresh.execute(sql);
    const expected = await fresh.oltp(statement);
    return sameEnd(expected, outcome) && differenceOf(expected, await fresh.olap(statement), rules) !== null;
  };
  const ddl = session.setup.filter((sql) => sql.startsWith("CREATE"));
  let data = await dump(engine, session);
  if (!await differs(script(ddl, data))) return null;
  for (let t = 0; t < data.length; t++) {
    for (let size = Math.ceil(data[t]!.rows.length); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < data[t]!.rows.length && tries < TRIES_MAX;) {
        const candidate = data.with(t, { ...data[t]!, rows: data[t]!.rows.toSpliced(start, size) });
        if (await differs(script(ddl, candidate))) data = candidate;
        else start += size;
      }
    }
  }
  return await withoutUnneeded(script(ddl, data), differs);
}

/** Leaves out whole statements (indexes, tables, views) the difference does not need. */
async function withoutUnneeded(
  statements: readonly string[],
  differs: (candidate: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  let kept = statements;
  for (let i = kept.length - 1; i >= 0; i--) {
    const candidate = kept.toSpliced(i, 1);
    const stillDiffers = await differs(candidate).catch(() => false); // A statement that others need: keep it.
    if (stillDiffers) kept = candidate;
  }
  return kept;
}
