import { join } from "node:path";
import type { OpenContender } from "./contender.ts";

interface ContenderKind {
  /** Loads it, in a process that loads no other. */
  load(): Promise<OpenContender>;
  /** Whether its values are the baseline's in type and form, so that another result is an error. */
  readonly exact: boolean;
  /** Where its packages are named, for those that rhei itself has no use for. */
  readonly config: string | null;
}

const RIVALS = join(import.meta.dirname!, "..", "..", "rivals", "deno.json");

/** What runs the queries, by the name that tables and options use. */
export const CONTENDERS = {
  "duckdb": { load: async () => (await import("./duckdb.ts")).openDuckdb, exact: true, config: null },
  "rhei+arrow": { load: async () => (await import("./rhei.ts")).openRhei("arrow"), exact: true, config: null },
  "rhei+duckdb": { load: async () => (await import("./rhei.ts")).openRhei("duckdb"), exact: true, config: null },
  "libsql": { load: async () => (await import("./libsql.ts")).openLibsql, exact: true, config: null },
  "duckdb-wasm": {
    load: async () => (await import("../../rivals/duckdb_wasm.ts")).openDuckdbWasm,
    exact: false,
    config: RIVALS,
  },
  "polars": { load: async () => (await import("../../rivals/polars.ts")).openPolars, exact: false, config: RIVALS },
  "alasql": { load: async () => (await import("../../rivals/alasql.ts")).openAlasql, exact: false, config: RIVALS },
} satisfies Record<string, ContenderKind>;

export type ContenderName = keyof typeof CONTENDERS;
