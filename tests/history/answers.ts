import Database from "libsql";
import { openArrow } from "../../src/olap/arrow/mod.ts";
import { WorkerExecutor } from "../../src/olap/arrow/worker_executor.ts";
import { openDuckdb } from "../../src/olap/duckdb/mod.ts";
import { type MirrorCatalog, type OlapBackend, RuntimeDecline } from "../../src/olap/mod.ts";
import { foldName, historyRefsOf, parseSelect, periodOf } from "../../src/sql/mod.ts";
import { type ExactValue, type HistoryPart, instantText, type MirrorTable, readInstant } from "../../src/types/mod.ts";
import { batchOf, stateAt } from "../conformance/olap/fixtures.ts";
import type { Outcome } from "../support/differential.ts";
import type { Backend } from "../support/dual_engine.ts";
import { withReferences } from "./statements.ts";
import { type Asked, makeTable, mirrorRowsOf, mirrorTablesOf, type ModelHistory, timeOf } from "./version_model.ts";

/** A mirror in memory that holds the histories. */
export async function mirrorOf(name: Backend, histories: readonly ModelHistory[]): Promise<OlapBackend> {
  // A few rows are divided over threads as many are.
  WorkerExecutor.division = { rows: 4, stretchRows: 3, groups: 4 };
  const open = name === "arrow" ? openArrow : openDuckdb;
  const backend = await open({ path: null, threads: 2 });
  const transaction = await backend.begin();
  for (const history of histories) {
    const tables = mirrorTablesOf(history.table);
    const rows = mirrorRowsOf(history);
    for (const part of ["present", "open", "closed"] as const) {
      await transaction.createTable(tables[part]);
      await transaction.append(tables[part].name, batchOf(tables[part], rows[part]));
    }
  }
  const last = histories.flatMap(({ ended, alive }) => [...ended, ...alive])
    .reduce((latest, { from, to }) => Math.max(latest, to ?? from), 0);
  await transaction.commit({ ...stateAt(1), historyTime: Number(timeOf(last)) });
  return backend;
}

/** What names mean in a mirror. */
export async function catalogOf(backend: OlapBackend): Promise<MirrorCatalog> {
  const tables = (await backend.state())!.tables;
  const part = (name: string, wanted: HistoryPart["part"]): MirrorTable | undefined =>
    tables.find(({ history }) => history?.part === wanted && foldName(history.of) === foldName(name));
  return {
    version: 1,
    table: (name) => tables.find((table) => table.history === undefined && foldName(table.name) === foldName(name)),
    view: () => undefined,
    absence: () => undefined,
    historyBeginning: () => undefined,
    history(name) {
      const [open, closed] = [part(name, "open"), part(name, "closed")];
      return open === undefined || closed === undefined ? undefined : { open, closed };
    },
  };
}

function clauseOf(asked: Asked): string {
  const time = (transaction: number) => `'${instantText(timeOf(transaction))}'`;
  switch (asked.kind) {
    case "present":
      return "";
    case "asOf":
      return ` for system_time as of ${time(asked.at)}`;
    case "between":
      return ` for system_time between ${time(asked.from)} and ${time(asked.to)}`;
    case "all":
      return " for system_time all";
  }
}

/** The statement as users write it. */
export function writtenStatement(statement: string): string {
  return withReferences(statement, (table, asked) => table + clauseOf(asked));
}

/** What the mirror answers. */
export async function mirrorAnswer(backend: OlapBackend, catalog: MirrorCatalog, text: string): Promise<Outcome> {
  const query = parseSelect(text);
  const periods = new Map(
    historyRefsOf(query).map(({ systemTime }) => [
      systemTime,
      periodOf(systemTime, (expr) => {
        if (expr.kind !== "literal" || expr.value.class !== "text") throw new TypeError("a time of the test is a text");
        return readInstant(expr.value.value)!;
      }),
    ]),
  );
  const compiled = await backend.compile({ text, query, parameters: [], catalog, periods });
  if (compiled.kind === "declined") return compiled;
  try {
    const { columns, rows } = await backend.run(compiled.query);
    return { kind: "rows", columns, rows };
  } catch (error) {
    if (!(error instanceof RuntimeDecline)) throw error;
    return { kind: "declined", cause: "runtime", reason: error.message };
  }
}

/** What SQLite answers over ordinary tables that hold the versions asked for. */
export function modelAnswer(db: Database.Database, histories: readonly ModelHistory[], statement: string): Outcome {
  const text = withReferences(
    statement,
    (name, asked) => makeTable(db, histories.find(({ table }) => table.name === name)!, asked),
  );
  const prepared = db.prepare(text);
  const columns = prepared.columns().map(({ name, type }) => ({ name, declaredType: type }));
  const rows = prepared.raw(true).safeIntegers(true).all() as ExactValue[][];
  return { kind: "rows", columns, rows: rows.map((row) => row.map(asExact)) };
}

/** libsql gives blobs as Buffers. */
function asExact(value: ExactValue): ExactValue {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
