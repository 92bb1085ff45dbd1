import type { OltpClient } from "./oltp_client.ts";

/** Where the database is: a local file or `:memory:`, or a libSQL server. */
export type OltpLocation =
  | { readonly path: string }
  | { readonly url: string; readonly authToken?: string };

/** Options of both kinds of database. */
export interface OltpOpenOptions {
  /** Refuses all writes. Default `false`. */
  readonly readOnly?: boolean;
  /** How long to wait for another connection's lock, in milliseconds; local databases only. Default 5000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens a database. The driver is loaded only here, as it takes a while.
 *
 * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED`, `IO_ERROR` or `REMOTE`.
 */
export async function openOltp(location: OltpLocation, options: OltpOpenOptions = {}): Promise<OltpClient> {
  const { openLocal } = await import("./local_client.ts");
  return openLocal({ path: (location as { path: string }).path, ...options });
}
