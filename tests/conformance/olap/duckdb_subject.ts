import { openDuckdb } from "../../../src/olap/duckdb/mod.ts";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { OlapSubject } from "./harness.ts";

/** Opens a mirror for the suite, here and in its child processes. */
export function openForTest(path: string | null): Promise<OlapBackend> {
  return openDuckdb({ path, threads: 2 });
}

export const duckdbSubject: OlapSubject = { name: "duckdb", open: openForTest, childModule: import.meta.url };
