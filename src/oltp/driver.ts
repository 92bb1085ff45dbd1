import { pathToFileURL } from "node:url";
import Database from "libsql";
import type { ExactValue } from "../types/mod.ts";

/** A result column as the driver describes it; all but `name` are `null` for an expression. */
export interface DriverColumn {
  readonly name: string;
  readonly column: string | null;
  readonly table: string | null;
  readonly database: string | null;
  readonly type: string | null;
}

/** Outcome of {@linkcode DriverStatement.run}; `lastInsertRowid` is rounded beyond 2^53. */
export interface DriverRunResult {
  readonly changes: number;
  readonly lastInsertRowid: number;
}

/**
 * The part of a libsql statement rhei uses. Parameters always go as one array in index order: the driver keeps earlier bindings
 * where the array is too short, so its length must be the statement's parameter count.
 */
export interface DriverStatement {
  readonly reader: boolean;
  raw(raw: boolean): this;
  safeIntegers(safe: boolean): this;
  /** First row or `undefined`, then resets. */
  get(parameters: readonly ExactValue[]): ExactValue[] | undefined;
  all(parameters: readonly ExactValue[]): ExactValue[][];
  /** Holds a read lock until it is exhausted or fails. */
  iterate(parameters: readonly ExactValue[]): { next(): { done: boolean; value: ExactValue[] } };
  /** For statements without rows only: one with rows is left un-reset and holds its read lock. */
  run(parameters: readonly ExactValue[]): DriverRunResult;
  columns(): DriverColumn[];
}

/** The part of a libsql connection rhei uses. */
export interface DriverConnection {
  readonly inTransaction: boolean;
  prepare(sql: string): DriverStatement;
  exec(sql: string): void;
  interrupt(): void;
  close(): void;
}

/** Whether a missing file is made, refused, or the database opened without the right to write. */
export type DriverAccess = "create" | "existing" | "readOnly";

/**
 * What to open for an absolute path or `:memory:`. The driver takes texts that look like URLs for remote databases, which an
 * absolute path never does.
 */
export function driverName(path: string, access: DriverAccess): string {
  if (access === "create" || path === ":memory:") return path;
  return `${pathToFileURL(path).href}?mode=${access === "readOnly" ? "ro" : "rw"}`;
}

/** Opens a connection of the driver to an absolute path or `:memory:`. @throws The driver's own error. */
export function openDriver(path: string, access: DriverAccess): DriverConnection {
  return new Database(driverName(path, access)) as unknown as DriverConnection;
}
