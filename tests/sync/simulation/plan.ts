import type { Effect, Trap } from "./failure_point.ts";
import type { TableSet } from "./table_sets.ts";

export type Backend = "duckdb" | "arrow";

/** Whether the mirror keeps history. */
export type Mode = "destructive" | "temporal";

/** Who writes: the engine's own client, or a connection that knows nothing of it. */
export type Writer = "engine" | "foreign";

/** What is asked of the synchronizer. */
export type SyncCall = "syncNow" | "catchUp" | "verify" | "lag";

/** What ends a process. */
export type Death = Effect & { kind: "crash" | "power loss" };

/** Something done to the engine or its database. */
export type Action =
  | {
    readonly kind: "transaction";
    readonly writer: Writer;
    readonly statements: readonly string[];
    readonly end: "commit" | "rollback";
    /** A sync after so many statements, while the transaction is open; -1 for none. */
    readonly syncAfter: number;
  }
  /** Statements each of its own transaction. */
  | { readonly kind: "alone"; readonly writer: Writer; readonly statements: readonly string[] }
  | { readonly kind: "sync"; readonly by: SyncCall }
  | { readonly kind: "rebuild"; readonly table: string | null }
  /** A table is taken out and put back, and what becomes of its history if it has one. */
  | {
    readonly kind: "retrack";
    readonly table: string;
    readonly meanwhile: readonly string[];
    readonly history: "keep" | "discard";
  }
  /** Alone, or while a sync runs. */
  | { readonly kind: "checkpoint"; readonly beside: boolean }
  /** Closes everything as a program does, and opens it again. */
  | { readonly kind: "restart" }
  | { readonly kind: "die"; readonly death: Death }
  | { readonly kind: "trap"; readonly trap: Trap };

/** A run, made from its seed and nothing else; any part of the actions is a run too. */
export interface Plan {
  readonly seed: number;
  readonly backend: Backend;
  readonly mode: Mode;
  /** Whether DuckDB keeps its mirror in a file; the Arrow store always writes to a simulated disk. */
  readonly inFile: boolean;
  readonly tables: TableSet;
  /** Whether changes are captured from the beginning, or the first opening begins with that. */
  readonly isTracked: boolean;
  readonly batchRows: number;
  readonly foreignPragmas: readonly string[];
  readonly actions: readonly Action[];
}
