import type { OltpClient } from "./oltp_client.ts";

/** Where the database is: a local file or `:memory:`, or a libSQL server (`libsql:`, `https:`, `http:`, `wss:`, `ws:`). */
export type OltpLocation =
  | {
    readonly path: string;
    /** Gives texts with NUL, or that are not in the database's encoding, from the start, not only once one was met: slower. Default `false`. */
    readonly anyText?: boolean;
  }
  | { readonly url: string; readonly authToken?: string };

/** Options of both kinds of database. */
export interface OltpOpenOptions {
  /** Refuses all writes; a local file must then exist and is left as it is. Default `false`. */
  readonly readOnly?: boolean;
  /** How long to wait for another transaction's lock, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens a database. The driver is loaded only here, as that takes a while.
 *
 * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED`, `IO_ERROR` or `REMOTE`.
 */
export async function openOltp(location: OltpLocation, options: OltpOpenOptions = {}): Promise<OltpClient> {
  if ("url" in location) {
    const { openRemote } = await import("./remote_client.ts");
    return openRemote({ ...location, ...options });
  }
  const { openLocal } = await import("./local_client.ts");
  return openLocal({ ...location, ...options });
}
