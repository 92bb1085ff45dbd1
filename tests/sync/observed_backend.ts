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

/** A backend that tells of every step of its transactions; a hook that throws makes the step fail, a promise holds it up. */
export function announcing(olap: OlapBackend, hook: (step: BackendStep) => unknown): OlapBackend {
  const around = async <T>(name: string, body: () => Promise<T>) => {
    await hook(`before ${name}` as BackendStep);
    const result = await body();
    await hook(`after ${name}` as BackendStep);
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
      await hook("before begin");
      const transaction = await olap.begin();
      try {
        await hook("after begin");
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
      return observe(transaction);
    },
    compile: (request) => olap.compile(request),
    run: (query, options) => olap.run(query, options),
    explain: (query) => olap.explain(query),
    analyze: (query, options) => olap.analyze(query, options),
    scan: (table) => olap.scan(table),
    arrowTable: (table) => olap.arrowTable(table),
    rowCount: (table) => olap.rowCount(table),
    tableBytes: (table) => olap.tableBytes(table),
    checkpoint: () => around("checkpoint", () => olap.checkpoint()),
    durableWatermark: () => olap.durableWatermark(),
    close: () => olap.close(),
  };
}

/** Holds the next step of one kind up, once armed. */
export class Gate {
  #step: BackendStep | null = null;
  #reached = Promise.withResolvers<void>();
  #opened = Promise.withResolvers<void>();

  /** What {@linkcode announcing} is to call. */
  readonly hook = async (step: BackendStep): Promise<void> => {
    if (step !== this.#step) return;
    this.#step = null;
    this.#reached.resolve();
    await this.#opened.promise;
  };

  /** The next step of this kind waits until {@linkcode open}. */
  close(step: BackendStep): void {
    this.#step = step;
    this.#reached = Promise.withResolvers();
    this.#opened = Promise.withResolvers();
  }

  /** Resolves when a step waits. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}
