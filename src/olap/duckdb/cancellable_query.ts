import type duckdb from "@duckdb/node-bindings";
import { RheiError } from "../../errors/mod.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";

/** Between two attempts to interrupt: DuckDB forgets an interrupt that comes before the statement has begun. */
const INTERRUPT_EVERY_MS = 10;

/**
 * Runs a query until it ends or `signal` aborts.
 *
 * @throws {RheiError} `CANCELLED` after an abort, once DuckDB has let go of the connection.
 */
export async function cancellableQuery(
  connection: DuckdbConnection,
  sql: string,
  signal: AbortSignal | undefined,
): Promise<duckdb.Result> {
  if (signal === undefined) return await connection.query(sql);
  if (signal.aborted) throw cancelled(signal);
  let timer: ReturnType<typeof setInterval> | undefined;
  const abort = () => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS);
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    const result = await connection.query(sql);
    if (signal.aborted) throw cancelled(signal);
    return result;
  } catch (error) {
    throw signal.aborted ? cancelled(signal) : error;
  } finally {
    signal.removeEventListener("abort", abort);
    clearInterval(timer);
  }
}

/** The error of a query whose signal has aborted. */
export function cancelled(signal: AbortSignal): RheiError {
  return new RheiError("CANCELLED", "Query was cancelled", { cause: signal.reason });
}
