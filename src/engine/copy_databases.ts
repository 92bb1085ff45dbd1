import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OltpClient, openOltp } from "../oltp/mod.ts";
import { quoteName } from "../sql/mod.ts";

/** A private database for copies. */
interface CopyDatabase {
  readonly client: OltpClient;
  readonly folder: string;
}

/** Idle databases kept, each with its thread: more are worth that only while as many statements run at the same time. */
const IDLE_MAX = 2;

/**
 * The private databases into which versions are copied for libSQL to read. They are emptied and used again: for a new one a thread that
 * reads it has to be started, which takes several times as long as a small copy.
 */
export class CopyDatabases {
  readonly #oltp: OltpClient;
  readonly #idle: CopyDatabase[] = [];
  #isClosed = false;

  /** @param oltp The database whose rows will be copied. */
  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
  }

  /** Lends an empty database for as long as the work takes. @param work Is told whether the texts in it are in UTF-8. */
  async use<T>(work: (copy: OltpClient, isUtf8: boolean) => Promise<T>): Promise<T> {
    const { rows: [facts] } = await this.#oltp.query("SELECT encoding FROM pragma_encoding");
    const encoding = String(facts?.[0] ?? "UTF-8");
    const copy = this.#idle.pop() ?? await opened(encoding);
    try {
      return await work(copy.client, encoding === "UTF-8");
    } finally {
      await this.#takeBack(copy);
    }
  }

  async #takeBack(copy: CopyDatabase): Promise<void> {
    // What cannot be emptied is not used again; why is of no interest to who had it.
    const isEmpty = this.#hasRoom() && await emptied(copy.client).then(() => true, () => false);
    if (isEmpty && this.#hasRoom()) this.#idle.push(copy);
    else await closed(copy);
  }

  #hasRoom(): boolean {
    return !this.#isClosed && this.#idle.length < IDLE_MAX;
  }

  /** Closes those that are idle; the others are closed as they come back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map(closed));
  }
}

/** @param encoding That of the source, so that hex() and the like see the same bytes. */
async function opened(encoding: string): Promise<CopyDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-history-"));
  try {
    const client = await openOltp({ path: join(folder, "versions.db"), anyText: true });
    await client.execute(`PRAGMA encoding = '${encoding}'`);
    // The rows are the database's own already: what they refer to need not be in the copy, nor be checked twice.
    await client.execute("PRAGMA foreign_keys = OFF");
    await client.execute("PRAGMA ignore_check_constraints = ON");
    return { client, folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Drops all that is in it, and gives the space back to the disk. */
async function emptied(copy: OltpClient): Promise<void> {
  const { rows } = await copy.query(
    "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' " +
      "ORDER BY type DESC",
  );
  for (const [type, name] of rows) {
    await copy.execute(`DROP ${type === "view" ? "VIEW" : "TABLE"} ${quoteName(String(name))}`);
  }
  await copy.execute("VACUUM");
  await copy.query("PRAGMA wal_checkpoint(TRUNCATE)");
}

async function closed({ client, folder }: CopyDatabase): Promise<void> {
  await client.close();
  await rm(folder, { recursive: true, force: true });
}
