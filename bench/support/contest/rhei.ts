import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { HtapEngine } from "../../../mod.ts";
import type { OpenContender } from "./contender.ts";

/** rhei with one of its mirrors, in memory: route olap, freshness latest, so that each query looks for changes first. */
export function openRhei(backend: "arrow" | "duckdb"): OpenContender {
  return async ({ sourcePath, scratch, threads }) => {
    const oltpPath = join(scratch, `${backend}.db`);
    await copyFile(sourcePath, oltpPath);
    const engine = await HtapEngine.open({ oltpPath, olap: { backend, path: ":memory:" }, threads, syncIntervalMs: 0 });
    await engine.syncNow();
    return {
      run: async (sql) => (await engine.query(sql, [], { route: "olap", freshness: "latest" })).exactRows(),
      close: () => engine.close(),
    };
  };
}
