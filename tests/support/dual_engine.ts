import { HtapEngine, RheiError, type SqlParameters } from "../../mod.ts";
import { WorkerExecutor } from "../../src/olap/arrow/worker_executor.ts";
import { splitStatements } from "../../src/sql/mod.ts";
import type { Outcome } from "./differential.ts";

/** A statement with what is bound. */
export interface DualStatement {
  readonly sql: string;
  readonly params: SqlParameters;
}

/** Kinds of mirrors. */
export const BACKENDS = ["duckdb", "arrow"] as const;
export type Backend = typeof BACKENDS[number];

/** @throws {RangeError} If it is not the name of a backend. */
export function backendNamed(name: string): Backend {
  const backend = BACKENDS.find((known) => known === name);
  if (backend === undefined) throw new RangeError(`--olap takes ${BACKENDS.join(" or ")}, not "${name}"`);
  return backend;
}

/** One database seen through both engines. */
export interface DualEngine extends AsyncDisposable {
  readonly backend: Backend;
  /** Runs statements that write, one after the other. */
  execute(sql: string): Promise<void>;
  /** What SQLite says. */
  oltp(statement: DualStatement): Promise<Outcome>;
  /** What the mirror says, brought up to date first. */
  olap(statement: DualStatement): Promise<Outcome>;
}

/**
 * A database in memory with its mirror in memory, syncing only when a query asks for it. From then on the Arrow executor divides tables
 * of a few rows over threads as it does large ones.
 */
export async function openDualEngine(backend: Backend = "duckdb"): Promise<DualEngine> {
  WorkerExecutor.division = { rows: 4, stretchRows: 3, groups: 4 };
  const engine = await HtapEngine.open({
    oltpPath: ":memory:",
    olap: { backend, path: ":memory:" },
    syncIntervalMs: 0,
    threads: backend === "arrow" ? 2 : 1,
  });
  return {
    backend,
    execute: async (sql) => {
      for (const { text } of splitStatements(sql)) await engine.execute(text);
    },
    oltp: (statement) => outcomeOf(engine, statement, "oltp"),
    olap: (statement) => outcomeOf(engine, statement, "olap"),
    [Symbol.asyncDispose]: () => engine.close(),
  };
}

/** Runs a query on one route; a decline and a failure are outcomes too. */
export async function outcomeOf(
  engine: HtapEngine,
  statement: DualStatement,
  route: "auto" | "oltp" | "olap",
): Promise<Outcome> {
  try {
    const result = await engine.query(statement.sql, statement.params, { route });
    if (route !== "auto" && result.target !== route) {
      return { kind: "error", code: "WRONG_TARGET", message: `asked for ${route}, answered by ${result.target}` };
    }
    return { kind: "rows", columns: result.columns, rows: result.exactRows() };
  } catch (error) {
    if (!(error instanceof RheiError)) throw error;
    if (error.code !== "OLAP_DECLINED") return { kind: "error", code: error.code, message: error.message };
    const { cause, reason } = error.details;
    return { kind: "declined", cause: String(cause), reason: String(reason) };
  }
}
