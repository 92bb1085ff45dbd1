import duckdb from "@duckdb/node-bindings";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf, RheiError } from "../../errors/mod.ts";
import type { OlapOptions } from "../olap_backend.ts";
import { ConnectionPool } from "./connection_pool.ts";
import { DuckdbConnection } from "./duckdb_connection.ts";

/** Names the database in DuckDB's catalog too, so it must differ from every schema name. */
const FILE_NAME = "mirror.duckdb";
const TEMP_FOLDER = "temp";

/**
 * WAL size at which a commit also checkpoints. A checkpoint holds the commit up for as long as it takes to rewrite the changed
 * row groups, so it is left to idle times (`OlapBackend.checkpoint`) until a lot has gathered; replaying this much takes
 * about a second.
 */
const CHECKPOINT_THRESHOLD = "64MB";

/** An opened DuckDB file or memory database: one connection that writes, others that read. */
export class DuckdbDatabase {
  readonly #instance: duckdb.Database;
  readonly #release: () => void;
  readonly #connections: DuckdbConnection[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #readers = new ConnectionPool(() => this.connect());
  readonly writer: DuckdbConnection;
  #closing: Promise<void> | null = null;

  private constructor(instance: duckdb.Database, writer: DuckdbConnection, release: () => void) {
    this.#instance = instance;
    this.#release = release;
    this.writer = writer;
    this.#connections.push(writer);
  }

  /**
   * Opens the mirror's file, making folder and file if missing.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE` when another process holds the file or the folder cannot be made.
   * @throws {DamagedFile} When the file is no DuckDB database that this version can read.
   */
  static async open(options: OlapOptions): Promise<DuckdbDatabase> {
    const folder = options.path === null ? null : makeFolder(options.path);
    const config = configure(options, folder);
    const release = folder === null ? () => {} : claim(folder);
    try {
      const instance = await duckdb.open(folder === null ? ":memory:" : join(folder, FILE_NAME), config);
      // What a killed process had spilled; only now is it certain that no process is using it.
      if (folder !== null) rmSync(join(folder, TEMP_FOLDER), { force: true, recursive: true });
      return new DuckdbDatabase(instance, new DuckdbConnection(await duckdb.connect(instance)), release);
    } catch (error) {
      release();
      throw explainOpenFailure(error, folder ?? ":memory:");
    }
  }

  /**
   * Removes the mirror's files, which must not be open.
   *
   * @throws {RheiError} `OLAP_UNAVAILABLE` when the file system refuses.
   */
  static remove(path: string): void {
    try {
      for (const name of [FILE_NAME, `${FILE_NAME}.wal`, TEMP_FOLDER]) {
        rmSync(join(path, name), { force: true, recursive: true });
      }
    } catch (error) {
      const message = `Cannot remove the old mirror in "${path}": ${messageOf(error)}`;
      throw new RheiError("OLAP_UNAVAILABLE", message, { cause: error });
    }
  }

  /** Runs `body` on a read connection, and so that `close` waits for it. */
  read<T>(body: (connection: DuckdbConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.track(() => this.#readers.use(body, signal));
  }

  /**
   * Runs `body` so that `close` waits for it.
   *
   * @throws {RheiError} `CLOSED` once `close` has been called.
   */
  async track<T>(body: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new RheiError("CLOSED", "Cannot use the mirror: it was closed");
    const call = body();
    this.#running.add(call);
    try {
      return await call;
    } finally {
      this.#running.delete(call);
    }
  }

  /** A further connection; those still open end with the database. */
  async connect(): Promise<DuckdbConnection> {
    const connection = new DuckdbConnection(await duckdb.connect(this.#instance));
    this.#connections.push(connection);
    return connection;
  }

  /** Ends a connection that `connect` gave. */
  async disconnect(connection: DuckdbConnection): Promise<void> {
    const position = this.#connections.indexOf(connection);
    if (position < 0 || this.#closing !== null) return; // `close` ends it, or has done so
    this.#connections.splice(position, 1);
    await this.track(() => connection.close());
  }

  /** Waits for what is tracked, ends all connections and lets go of the file. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    for (const connection of this.#connections.splice(0)) await connection.close();
    duckdb.close_sync(this.#instance);
    this.#release();
  }
}

/** Thrown for a file that cannot be read as a DuckDB database and so can only be rebuilt. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

function configure(options: OlapOptions, folder: string | null): duckdb.Config {
  const settings: Record<string, string> = {
    // No one but this version reads the file, a newer rhei rebuilds it: take the best compression there is.
    storage_compatibility_version: "latest",
    checkpoint_threshold: CHECKPOINT_THRESHOLD,
    // Division by zero gives infinity or NaN, as the bridge expects; pinned against changes of the default.
    ieee_floating_point_ops: "true",
    temp_directory: folder === null ? "" : join(folder, TEMP_FOLDER),
    // An embedded engine answers from its own file: no downloads, no reading of other files through SQL. The access to
    // files comes last, for after it DuckDB takes no paths.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // A sort key may turn out constant only after folding; SQLite sorts by it in peace.
    order_by_non_integer_literal: "true",
    enable_external_access: "false",
  };
  if (options.threads !== undefined) settings["threads"] = String(options.threads);
  if (options.memoryLimitBytes !== undefined) settings["memory_limit"] = `${options.memoryLimitBytes} bytes`;
  const config = duckdb.create_config();
  for (const [name, value] of Object.entries(settings)) {
    try {
      duckdb.set_config(config, name, value);
    } catch (error) {
      throw new RangeError(`DuckDB refuses "${value}" for its setting ${name}`, { cause: error });
    }
  }
  return config;
}

function makeFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    return realpathSync(path);
  } catch (error) {
    throw new RheiError("OLAP_UNAVAILABLE", `Cannot make the mirror's folder "${path}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Folders open in this process: DuckDB's file lock only keeps other processes out. */
const claimed = new Set<string>();

function claim(folder: string): () => void {
  if (claimed.has(folder)) {
    throw new RheiError("OLAP_UNAVAILABLE", `Cannot open the mirror "${folder}": it is open in this process already`, {
      hint: "Close the other engine first, or give each its own OLAP path",
    });
  }
  claimed.add(folder);
  return () => void claimed.delete(folder);
}

function explainOpenFailure(error: unknown, path: string): Error {
  const text = messageOf(error);
  if (/could not set lock on file|being used by another process/i.test(text)) {
    const pid = /PID (\d+)/.exec(text)?.[1];
    return new RheiError("OLAP_UNAVAILABLE", `Cannot open the mirror "${path}": another process holds it`, {
      cause: error,
      retryable: true,
      hint: pid === undefined ? "Close the other process" : `Close process ${pid}, or use another OLAP path`,
      details: pid === undefined ? { path } : { path, pid: Number(pid) },
    });
  }
  if (/permission denied|read-only file system|no space left/i.test(text)) {
    return new RheiError("OLAP_UNAVAILABLE", `Cannot open the mirror "${path}": ${text}`, { cause: error });
  }
  return new DamagedFile(`Cannot read the mirror "${path}": ${text}`, { cause: error });
}
