import Database from "libsql/promise";
import type { ExactValue } from "../types/mod.ts";
import type { DriverColumn } from "./driver.ts";

/** A libsql statement whose first step runs beside this thread, so that the connection can be interrupted meanwhile. */
export interface AsyncStatement {
  readonly reader: boolean;
  raw(raw: boolean): this;
  safeIntegers(safe: boolean): this;
  iterate(parameters: readonly ExactValue[]): Promise<{ next(): { done: boolean; value: ExactValue[] } }>;
  /** First row or `undefined`, on this thread, then resets. */
  get(parameters: readonly ExactValue[]): ExactValue[] | undefined;
  columns(): DriverColumn[];
}

/** A libsql connection of that kind. */
export interface AsyncConnection {
  prepare(sql: string): Promise<AsyncStatement>;
  exec(sql: string): Promise<void>;
  interrupt(): void;
  close(): void;
}

/** Opens an existing database; `name` as for the synchronous driver. */
export function openAsyncDriver(name: string): AsyncConnection {
  return new Database(name, {}) as unknown as AsyncConnection;
}
