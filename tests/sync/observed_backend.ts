import type { OlapBackend, OlapTransaction } from "../../src/olap/mod.ts";

/** A moment in the life of a backend's write transaction, or of a checkpoint. */
export type BackendStep = `${"before" | "after"} ${
  | "begin"
  | "create"
  | "drop"
  | "append"
  | "change"
  | "lookup"
  | "commit"
  | "checkpoint"}`;

/** A backend that tells of every step of its transactions; a hook that throws makes the step fail. */
export function announcing(olap: OlapBackend, hook: (step: BackendStep) => void): OlapBackend {
  const around = async <T>(name: string, body: () => Promise<T>) => {
    hook(`before ${name}` as BackendStep);
    const result = await body();
    hook(`after ${name}` as BackendStep);
    return result;
  };
  const observe = (transaction: OlapTransaction): OlapTransaction => ({
    createTable: (table) => around("create", () => transaction.createTable(table)),
    dropTable: (name) => around("drop", () => transaction.dropTable(name)),
    append: (table, batch) => around("append", () => transaction.append(table, batch)),
    change: (table, upserts, deletes) => around("change", () => transaction.change(table, upserts, deletes)),
    lookup: (table, keys) => around("lookup", () => transaction.lookup(table, keys)),
    commit: (state) => around("commit", () => transaction.commit(state)),
    rollback: () => transaction.rollback(),
  });
  return {
    name: olap.name,
    capabilities: olap.capabilities,
    state: () => olap.state(),
    reset: () => olap.reset(),
    begin: async () => {
      hook("before begin");
      const transaction = await olap.begin();
      try {
        hook("after begin");
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
      return observe(transaction);
    },
    compile: (request) => olap.compile(request),
    run: (query, options) => olap.run(query, options),
    explain: (query) => olap.explain(query),
    scan: (table) => olap.scan(table),
    arrowTable: (table) => olap.arrowTable(table),
    rowCount: (table) => olap.rowCount(table),
    tableBytes: (table) => olap.tableBytes(table),
    checkpoint: () => around("checkpoint", () => olap.checkpoint()),
    durableWatermark: () => olap.durableWatermark(),
    close: () => olap.close(),
  };
}
