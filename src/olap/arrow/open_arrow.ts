import type { OlapBackend, OlapOptions } from "../olap_backend.ts";
import { ArrowBackend } from "./arrow_backend.ts";
import { WorkerExecutor } from "./worker_executor.ts";
import type { QueryExecutor } from "./query_executor.ts";

/**
 * Opens the mirror in the folder `options.path`, or one in memory.
 *
 * A damaged or foreign one opens too, with `state()` null, until it is reset.
 *
 * @param createExecutor Makes what answers the queries, by the backend's options.
 * @throws {RheiError} `OLAP_UNAVAILABLE` when another process or engine holds the folder or it cannot be made.
 */
export function openArrow(
  options: OlapOptions,
  createExecutor: (options: OlapOptions) => QueryExecutor = (given) => new WorkerExecutor(given),
): Promise<OlapBackend> {
  return ArrowBackend.open(options.path, createExecutor(options));
}
