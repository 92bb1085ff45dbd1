import type { OlapBackend, OlapOptions } from "../olap_backend.ts";
import { bridge } from "./bridge/mod.ts";
import { DuckdbBackend } from "./duckdb_backend.ts";

/**
 * Opens the mirror `mirror.duckdb` in the folder `options.path`, or one in memory.
 *
 * A damaged or foreign file opens too, with `state()` null, until it is reset.
 *
 * @throws {RheiError} `OLAP_UNAVAILABLE` when another process or engine holds the file or it cannot be made.
 */
export function openDuckdb(options: OlapOptions): Promise<OlapBackend> {
  return DuckdbBackend.open(options, bridge);
}
