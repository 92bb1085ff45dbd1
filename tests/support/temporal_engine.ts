import { HtapEngine, type OpenOptions } from "../../mod.ts";
import type { Backend } from "./dual_engine.ts";

/** An engine that keeps history, in memory unless told otherwise, and syncs when it is asked to. */
export function openTemporal(backend: Backend, options: Partial<OpenOptions> = {}): Promise<HtapEngine> {
  return HtapEngine.open({
    oltpPath: ":memory:",
    olap: { backend, path: ":memory:" },
    syncMode: "temporal",
    syncIntervalMs: 0,
    threads: 1,
    ...options,
  });
}
