import Database from "libsql";
import { mkdirSync, readFileSync, realpathSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { RheiError } from "../../../../errors/mod.ts";

/** An empty SQLite database: its locks are the operating system's, which end with the process however it ends. */
const LOCK_NAME = "mirror.lock";
/** Holds the number of the process that has the lock, for messages. */
const OWNER_NAME = "mirror.owner";

/** Folders open in this process. Opening a lock file once more, even in vain, could end the lock held on it. */
const claimed = new Set<string>();

/** The folder of a mirror, held against other processes and other openings in this one until `release`. */
export class MirrorFolder {
  readonly path: string;
  readonly #lock: Database.Database;

  private constructor(path: string, lock: Database.Database) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes the folder if it is missing and takes hold of it.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE` when it cannot be made or is held already.
   */
  static hold(path: string): MirrorFolder {
    const folder = makeFolder(path);
    if (claimed.has(folder)) {
      throw new RheiError(
        "OLAP_UNAVAILABLE",
        `Cannot open the mirror "${folder}": it is open in this process already`,
        {
          hint: "Close the other engine first, or give each its own OLAP path",
        },
      );
    }
    const lock = lockFolder(folder);
    claimed.add(folder);
    try {
      writeFileSync(join(folder, OWNER_NAME), String(process.pid));
    } catch {
      // Only messages to other processes are the poorer for it.
    }
    return new MirrorFolder(folder, lock);
  }

  /** Lets go of the folder. */
  release(): void {
    if (!claimed.delete(this.path)) return;
    this.#lock.close();
  }
}

function makeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    return realpathSync(path);
  } catch (error) {
    throw new RheiError("OLAP_UNAVAILABLE", `Cannot make the mirror's folder "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function lockFolder(folder: string): Database.Database {
  const file = join(folder, LOCK_NAME);
  try {
    return lockFile(file);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "SQLITE_BUSY") throw heldBy(folder, error);
    if (code !== "SQLITE_NOTADB") throw unlockable(folder, error);
  }
  try {
    // Damaged, so nobody holds it. Whoever else finds that out at the same time does the same to it, and one of us gets the lock.
    truncateSync(file);
    return lockFile(file);
  } catch (error) {
    throw (error as { code?: unknown }).code === "SQLITE_BUSY" ? heldBy(folder, error) : unlockable(folder, error);
  }
}

function lockFile(file: string): Database.Database {
  const database = new Database(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function heldBy(folder: string, cause: unknown): RheiError {
  const pid = ownerOf(folder);
  return new RheiError("OLAP_UNAVAILABLE", `Cannot open the mirror "${folder}": another process holds it`, {
    cause,
    retryable: true,
    hint: pid === null ? "Close the other process" : `Close process ${pid}, or use another OLAP path`,
    details: pid === null ? { path: folder } : { path: folder, pid },
  });
}

function unlockable(folder: string, cause: unknown): RheiError {
  return new RheiError("OLAP_UNAVAILABLE", `Cannot lock the mirror "${folder}": ${(cause as Error).message}`, {
    cause,
  });
}

function ownerOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, OWNER_NAME), "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // a message without the number is still true
  }
}
