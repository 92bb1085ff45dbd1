import assert from "node:assert/strict";
import type { ChangeSource } from "../../../src/cdc/mod.ts";
import { DuckdbConnection } from "../../../src/olap/duckdb/duckdb_connection.ts";
import type { FileSystem, OpenFile } from "../../../src/olap/arrow/storage/checkpoint/file_system.ts";
import type { OlapBackend, OlapTransaction } from "../../../src/olap/mod.ts";
import type { OltpClient, OltpSnapshot } from "../../../src/oltp/mod.ts";
import type { Faults, Step } from "./failure_point.ts";

/** A method that opens something: what its caller gets of it, and what undoes it when the method is to have failed. */
interface Opening {
  readonly step: Step;
  readonly as: (opened: never) => object;
  readonly undo: "close" | "rollback";
}

/** What becomes of an object's methods. */
type Interception<T> = { readonly [K in keyof T]?: Step | Opening | "stream" };

/** Methods that let go of what a dead process held, as its end would. */
const RELEASES: ReadonlySet<string | symbol> = new Set(["close", "rollback", Symbol.asyncDispose]);

/** An object whose methods pass failure points and do nothing once the process is dead. */
function intercepted<T extends object>(target: T, faults: Faults, steps: Interception<T>): T {
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name, object);
      if (typeof member !== "function") return member;
      const method = member.bind(object);
      const given = (steps as Record<string | symbol, Interception<T>[keyof T]>)[name];
      if (given === undefined) return RELEASES.has(name) ? method : refusing(faults, method);
      if (given === "stream") return streaming(faults, method);
      return typeof given === "string" ? stepping(faults, given, method) : opening(faults, given, method);
    },
  });
}

function stepping(faults: Faults, step: Step, method: (...parameters: unknown[]) => unknown) {
  return async (...parameters: unknown[]) => {
    await faults.at(`before ${step}`);
    const result = await method(...parameters);
    await faults.at(`after ${step}`);
    return result;
  };
}

function opening(faults: Faults, { step, as, undo }: Opening, method: (...parameters: unknown[]) => unknown) {
  return async (...parameters: unknown[]) => {
    await faults.at(`before ${step}`);
    const opened = await method(...parameters) as Record<typeof undo, () => Promise<void>>;
    const given = as(opened as never);
    try {
      await faults.at(`after ${step}`);
    } catch (error) {
      await opened[undo]();
      throw error;
    }
    return given;
  };
}

function refusing(faults: Faults, method: (...parameters: unknown[]) => unknown) {
  return (...parameters: unknown[]) => {
    faults.refuseDead();
    return method(...parameters);
  };
}

/** Every batch of a stream is a row read. */
function streaming(faults: Faults, method: (...parameters: unknown[]) => AsyncIterable<unknown>) {
  return async function* (...parameters: unknown[]) {
    await faults.at("before row read");
    for await (const batch of method(...parameters)) {
      await faults.at("after row read");
      yield batch;
    }
  };
}

/** The source's database. @param onSnapshot Called when one was opened, before anything else can happen. */
export function failingOltp(oltp: OltpClient, faults: Faults, onSnapshot: () => void): OltpClient {
  return intercepted(oltp, faults, {
    snapshot: {
      step: "snapshot",
      as: (snapshot: OltpSnapshot) => {
        onSnapshot();
        return intercepted(snapshot, faults, { readColumns: "row read", scanColumns: "stream", stream: "stream" });
      },
      undo: "close",
    },
  });
}

/** The change log. */
export function failingSource(source: ChangeSource, faults: Faults): ChangeSource {
  return intercepted(source, faults, {
    position: "position read",
    state: "log read",
    schema: "schema read",
    summary: "log summary",
    ensure: "renewal",
    prune: "prune",
  });
}

/** The database as the change log writes to it. */
export function failingLogWrites(oltp: OltpClient, faults: Faults): OltpClient {
  const outer = intercepted(oltp, faults, {});
  const transaction: OltpClient["transaction"] = (body) =>
    outer.transaction((own) => body(intercepted(own, faults, { execute: "renewal write" })));
  return new Proxy(outer, {
    get: (object, name) => name === "transaction" ? transaction : Reflect.get(object, name, object),
  });
}

/** The mirror. */
export function failingOlap(olap: OlapBackend, faults: Faults): OlapBackend {
  const begun = (transaction: OlapTransaction) =>
    intercepted(transaction, faults, {
      createTable: "table creation",
      dropTable: "table drop",
      append: "load",
      change: "staging",
      commit: "commit",
    });
  return intercepted(olap, faults, {
    state: "mirror state read",
    reset: "reset",
    checkpoint: "checkpoint",
    begin: { step: "begin", as: begun, undo: "rollback" },
  });
}

/** The files of the Arrow store's checkpoints. */
export function failingFiles(files: FileSystem, faults: Faults): FileSystem {
  return {
    open: async (path, flags) => {
      faults.refuseDead();
      const isFolder = !path.includes(".", path.lastIndexOf("/"));
      const file: OpenFile = await files.open(path, flags);
      return intercepted(file, faults, {
        read: "file read",
        write: "file write",
        sync: isFolder ? "folder sync" : "file sync",
      });
    },
    rename: async (from, to) => {
      await faults.at("before manifest replacement");
      await files.rename(from, to);
      await faults.at("after manifest replacement");
    },
    rm: async (path, options) => {
      await faults.at("before file removal");
      await files.rm(path, options);
      await faults.at("after file removal");
    },
    readdir: async (path) => {
      faults.refuseDead();
      return await files.readdir(path);
    },
    mkdir: async (path, options) => {
      faults.refuseDead();
      return await files.mkdir(path, options);
    },
  };
}

const COMMIT = /\bcommit$/;
const WATERMARKS = ["delete from rhei.state;", "update rhei.state set "];
const MERGE = /^delete from/;
const LAYOUT = "create schema rhei;";

/**
 * Puts failure points into DuckDB's commit, which no interface of rhei shows the inside of: around the SQL that merges what was staged,
 * stores the watermark, and commits, which may all be one text.
 */
export function failingDuckdb(): { use(faults: Faults): void } & Disposable {
  const original = DuckdbConnection.prototype.query;
  let faults: Faults | null = null;
  DuckdbConnection.prototype.query = async function (sql) {
    const run = (part: string) => original.call(this, part);
    const runStep = async (step: Step, part: string) => {
      await faults?.at(`before ${step}`);
      const result = await run(part);
      await faults?.at(`after ${step}`);
      return result;
    };
    const watermark = Math.max(...WATERMARKS.map((text) => sql.lastIndexOf(text)));
    const isCommit = watermark >= 0;
    assert.ok(isCommit || !COMMIT.test(sql) || sql.includes(LAYOUT), `a commit without a watermark: ${sql}`);
    if (faults === null || (faults.isDead && !isCommit)) return await run(sql);
    if (!isCommit) return MERGE.test(sql) ? await runStep("merge", sql) : await run(sql);
    await runStep("merge", sql.slice(0, watermark) || ";");
    await runStep("watermark", sql.slice(watermark).replace(COMMIT, ""));
    return await runStep("durable commit", "commit");
  };
  return {
    use: (given) => void (faults = given),
    [Symbol.dispose]: () => void (DuckdbConnection.prototype.query = original),
  };
}
