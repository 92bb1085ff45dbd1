import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend, OlapTransaction } from "../olap/mod.ts";
import type { ExactValue, MirrorTable, TableHistory } from "../types/mod.ts";

type Row = readonly ExactValue[];

/** A table's rows as of the moment the scan began. Must be closed. */
export interface BegunScan {
  readonly rows: AsyncIterable<Row>;
  close(): Promise<void>;
}

/** A mirror kept from moving on, so that scans of several tables begin at one state. Let go as soon as they have begun: syncs wait. */
export class PinnedMirror implements AsyncDisposable {
  readonly #backend: OlapBackend;
  readonly #catalog: MirrorCatalog;
  readonly #transaction: OlapTransaction;
  readonly #tables: ReadonlyMap<string, MirrorTable>;

  private constructor(
    backend: OlapBackend,
    catalog: MirrorCatalog,
    transaction: OlapTransaction,
    tables: readonly MirrorTable[],
  ) {
    this.#backend = backend;
    this.#catalog = catalog;
    this.#transaction = transaction;
    this.#tables = new Map(tables.map((table) => [table.name, table]));
  }

  /** @param catalog Tells which history a name means; what columns it has is the held state's to say. */
  static async hold(backend: OlapBackend, catalog: MirrorCatalog): Promise<PinnedMirror> {
    const transaction = await backend.begin();
    try {
      const held = await backend.state();
      return new PinnedMirror(backend, catalog, transaction, held?.tables ?? []);
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /** As of the state that is held, which may be later than the catalog's. */
  history(name: string): TableHistory | undefined {
    const known = this.#catalog.history(name);
    const open = known && this.#tables.get(known.open.name);
    const closed = known && this.#tables.get(known.closed.name);
    return open === undefined || closed === undefined ? undefined : { open, closed };
  }

  /** @throws {RheiError} `HISTORY_UNAVAILABLE` if it was removed since the catalog was read. */
  requireHistory(name: string): TableHistory {
    const history = this.history(name);
    if (history !== undefined) return history;
    throw new RheiError("HISTORY_UNAVAILABLE", `Cannot read the history of "${name}": it was removed meanwhile`, {
      retryable: true,
    });
  }

  async beginScan(table: MirrorTable): Promise<BegunScan> {
    const batches = this.#backend.scan(table.name)[Symbol.asyncIterator]();
    const first = await batches.next();
    return {
      rows: rowsOf(first, batches),
      async close() {
        await batches.return?.();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transaction.rollback();
  }
}

async function* rowsOf(
  first: IteratorResult<readonly Row[]>,
  rest: AsyncIterator<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let batch = first; !batch.done; batch = await rest.next()) yield* batch.value;
}
