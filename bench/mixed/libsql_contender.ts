import Database from "libsql";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Contender, Reader, Session } from "./contender.ts";
import type { ReaderAnswer } from "./libsql_reader.ts";

/**
 * libSQL alone, as one would use it with care: transactions on the main thread by statements kept prepared, one after the other;
 * each analytical client on a thread and a connection of its own, which WAL lets read beside the writer.
 */
export async function openLibsql(path: string): Promise<Contender> {
  const database = new Database(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
  const session = keptStatements(database);
  let last: Promise<void> = Promise.resolve();
  return {
    name: "libsql",
    transaction: (body) => {
      const turn = last.then(async () => {
        database.exec("BEGIN IMMEDIATE");
        try {
          await body(session);
          database.exec("COMMIT");
        } catch (error) {
          database.exec("ROLLBACK");
          throw error;
        }
      });
      // The next one in line begins whatever becomes of this one, of which its own caller hears.
      last = turn.catch(() => {});
      return turn;
    },
    openReader: () => openReader(path),
    settle: async () => {},
    [Symbol.asyncDispose]: async () => {
      database.close();
    },
  };
}

function keptStatements(database: Database.Database): Session {
  const kept = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    let statement = kept.get(sql);
    if (statement === undefined) kept.set(sql, statement = database.prepare(sql));
    return statement;
  };
  return {
    query: async (sql, params) => prepared(sql).raw(true).all(params) as unknown[][],
    execute: async (sql, params) => {
      prepared(sql).run(params);
    },
  };
}

async function openReader(path: string): Promise<Reader> {
  const worker = new Worker(new URL("./libsql_reader.ts", import.meta.url), { workerData: path });
  const answer = async (): Promise<ReaderAnswer> => (await once(worker, "message"))[0] as ReaderAnswer;
  await answer();
  return {
    query: async (sql) => {
      const answered = answer();
      worker.postMessage(sql);
      const result = await answered;
      if (result.kind === "failed") throw new Error(`Cannot run "${sql}": ${result.message}`);
      return { rows: result.rows, mirrored: false };
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
