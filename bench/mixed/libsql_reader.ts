import Database from "libsql";
import { parentPort, workerData } from "node:worker_threads";

/** What the thread answers to each statement; the first answer says that it is ready. */
export type ReaderAnswer =
  | { readonly kind: "rows"; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: "failed"; readonly message: string };

if (parentPort !== null) {
  const port = parentPort;
  const database = new Database(workerData as string);
  database.exec("PRAGMA busy_timeout = 5000");
  const kept = new Map<string, Database.Statement>();
  const answer = (sql: string): ReaderAnswer => {
    try {
      const statement = kept.get(sql) ?? database.prepare(sql).raw(true);
      kept.set(sql, statement);
      return { kind: "rows", rows: statement.all() as unknown[][] };
    } catch (error) {
      return { kind: "failed", message: String(error) };
    }
  };
  port.on("message", (sql: string) => port.postMessage(answer(sql)));
  port.postMessage({ kind: "rows", rows: [] } satisfies ReaderAnswer);
}
