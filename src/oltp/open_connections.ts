import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { RheiError } from "../errors/mod.ts";
import { retryWhileBusy } from "./busy_retry.ts";
import { Connection } from "./connection.ts";
import type { DatabaseFacts } from "./database_facts.ts";
import type { DriverAccess } from "./driver.ts";

/** What a client reads and writes with; both are the same connection where the database is in memory. */
export interface ClientConnections {
  readonly writer: Connection;
  readonly reader: Connection;
  /** Whether nothing can be written: asked for, or the file's permissions say so. */
  readonly readOnly: boolean;
}

/**
 * Opens a client's connections. A writable file is put into WAL mode, which it keeps; a read-only one is left as it is.
 *
 * @param path Absolute, or `:memory:`.
 * @throws {RheiError} `DATABASE_OPEN`, `DATABASE_CORRUPT`, `DATABASE_LOCKED` or `IO_ERROR`.
 */
export async function openConnections(
  path: string,
  readOnlyAsked: boolean,
  busyTimeoutMs: number,
  facts: DatabaseFacts,
): Promise<ClientConnections> {
  if (path === ":memory:") {
    const connection = new Connection(path, "create", facts);
    return { writer: connection, reader: connection, readOnly: false };
  }
  const readOnly = await checkFile(path, readOnlyAsked);
  const writer = open(path, readOnly ? "readOnly" : "create", facts);
  try {
    await prepareWriter(writer, path, readOnly, busyTimeoutMs);
    const reader = open(path, readOnly ? "readOnly" : "existing", facts);
    reader.control("PRAGMA query_only = 1");
    return { writer, reader, readOnly };
  } catch (error) {
    writer.close();
    throw error instanceof RheiError ? openFailure(path, error) : error;
  }
}

/** Another connection to an open database that only reads. */
export function openReader(path: string, readOnly: boolean, facts: DatabaseFacts): Connection {
  const connection = open(path, readOnly ? "readOnly" : "existing", facts);
  connection.control("PRAGMA query_only = 1");
  return connection;
}

/** Finds out what SQLite would not say clearly; tells whether the file can only be read. */
async function checkFile(path: string, readOnly: boolean): Promise<boolean> {
  const info = await stat(path).catch((error) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RheiError("DATABASE_OPEN", `Cannot open "${path}": ${error.message}`, { cause: error });
  });
  if (info?.isDirectory()) throw new RheiError("DATABASE_OPEN", `Cannot open "${path}": it is a directory`);
  if (info === undefined) {
    const folder = dirname(path);
    const folderInfo = await stat(folder).catch(() => undefined);
    if (folderInfo === undefined || !folderInfo.isDirectory()) {
      throw new RheiError("DATABASE_OPEN", `Cannot open "${path}": there is no folder "${folder}"`);
    }
    if (readOnly) {
      const hint = "A database opened read-only must exist";
      throw new RheiError("DATABASE_OPEN", `Cannot open "${path}": there is no such file`, { hint });
    }
    return false;
  }
  if (!(await isAllowed(path, constants.R_OK))) {
    throw new RheiError("DATABASE_OPEN", `Cannot open "${path}": no permission to read it`);
  }
  return readOnly || !(await isAllowed(path, constants.W_OK));
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(() => true, () => false);
}

function open(path: string, access: DriverAccess, facts: DatabaseFacts): Connection {
  try {
    return new Connection(path, access, facts);
  } catch (error) {
    throw error instanceof RheiError ? openFailure(path, error) : error;
  }
}

async function prepareWriter(
  writer: Connection,
  path: string,
  readOnly: boolean,
  busyTimeoutMs: number,
): Promise<void> {
  const step = () => {
    // Reads the file's header: what is no database fails here.
    writer.scalar("PRAGMA schema_version");
    return readOnly ? "wal" : writer.scalar("PRAGMA journal_mode = WAL");
  };
  let mode: unknown;
  try {
    mode = step();
  } catch (busy) {
    mode = await retryWhileBusy(writer, busy, step, busyTimeoutMs);
  }
  if (mode !== "wal") {
    throw new RheiError("DATABASE_OPEN", `Cannot open "${path}" for writing: its journal mode stays "${mode}"`, {
      hint: "rhei needs WAL mode, which some network file systems refuse; open it read-only instead",
    });
  }
  // In WAL mode this can lose the last commits in a power failure, never tear them.
  if (!readOnly) writer.control("PRAGMA synchronous = NORMAL");
}

/** The same failure, told of the opening. */
function openFailure(path: string, error: RheiError): RheiError {
  if (error.message.startsWith(`Cannot open "${path}"`)) return error;
  const reason = error.message.slice(error.message.indexOf(": ") + 2);
  const { code, retryable, details, cause } = error;
  return new RheiError(code, `Cannot open "${path}": ${reason}`, {
    cause,
    retryable,
    details,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
