import { foldName } from "../../../sql/mod.ts";
import type { MirrorState, MirrorTable } from "../../../types/mod.ts";
import type { StoreContents } from "./store_contents.ts";
import { StoreTransaction } from "./store_transaction.ts";
import type { TableSnapshot } from "./table_snapshot.ts";

/** Snapshots of tables that stay as they are until given back. */
export interface StoreLease {
  /** The state they belong to. */
  readonly state: MirrorState | null;
  /** By folded name; those asked for that exist. */
  readonly tables: ReadonlyMap<string, TableSnapshot>;
  /** Gives them back; may be called again. */
  release(): void;
}

const EMPTY: StoreContents = { state: null, tables: new Map() };

/** The tables of a mirror in memory. One transaction at a time may be open; whoever begins it sees to that. */
export class ColumnStore {
  #contents = EMPTY;

  get contents(): StoreContents {
    return this.#contents;
  }

  /** The committed rows of a table; names compare ignoring ASCII case. Good until the next commit: see `lease`. */
  table(name: string): TableSnapshot | undefined {
    return this.#contents.tables.get(foldName(name))?.snapshot;
  }

  /** Descriptions of all tables. */
  get tables(): readonly MirrorTable[] {
    return Array.from(this.#contents.tables.values(), ({ table }) => table);
  }

  /** Takes the present snapshots of the tables of the given names, of all by default. */
  lease(names?: Iterable<string>): StoreLease {
    const { state, tables } = this.#contents;
    const snapshots = new Map<string, TableSnapshot>();
    const releases: (() => void)[] = [];
    for (const name of names ?? tables.keys()) {
      const folded = foldName(name);
      const table = tables.get(folded);
      if (table === undefined || snapshots.has(folded)) continue;
      snapshots.set(folded, table.snapshot);
      releases.push(table.lease());
    }
    return {
      state,
      tables: snapshots,
      release: () => {
        for (const release of releases) release();
      },
    };
  }

  /** Opens the write transaction. */
  begin(): StoreTransaction {
    return new StoreTransaction(this.#contents, (contents) => {
      this.#contents = contents;
    });
  }

  /** Holds other contents from now on. */
  replace(contents: StoreContents): void {
    this.#contents = contents;
  }

  /** Holds nothing from now on. */
  clear(): void {
    this.#contents = EMPTY;
  }
}
