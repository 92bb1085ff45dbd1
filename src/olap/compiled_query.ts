import type { ResultColumn } from "../types/mod.ts";

/** A statement a backend has accepted, with its parameters; opaque to all but the backend that made it. */
export interface CompiledQuery {
  readonly columns: readonly ResultColumn[];
  /** Names of the mirror tables it reads, lower case. */
  readonly tables: readonly string[];
}
