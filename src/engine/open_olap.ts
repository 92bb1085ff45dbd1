import type { OlapBackend } from "../olap/mod.ts";
import type { ResolvedOptions } from "./open_options.ts";

/** Loads the backend that the options ask for on first use: DuckDB's library takes longer to load than a point read to run. */
export async function openOlap(
  { backend, mirrorPath, threads, memoryLimitBytes }: ResolvedOptions,
): Promise<OlapBackend> {
  const options = {
    path: mirrorPath,
    ...(threads === undefined ? {} : { threads }),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
  };
  if (backend === "arrow") return (await import("../olap/arrow/mod.ts")).openArrow(options);
  return (await import("../olap/duckdb/mod.ts")).openDuckdb(options);
}
