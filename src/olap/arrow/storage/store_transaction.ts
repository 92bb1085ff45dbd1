import { foldName } from "../../../sql/mod.ts";
import type { ColumnBatch, ExactValue, MirrorState, MirrorTable } from "../../../types/mod.ts";
import { checkBatch } from "../../batch_check.ts";
import { readValues } from "./read_vectors.ts";
import type { StoreContents } from "./store_contents.ts";
import { StoredTable } from "./stored_table.ts";

/**
 * Changes to a store that become visible together. Rows are written as they come, to where no snapshot reaches. After a step that
 * throws, only `rollback` leads on.
 */
export class StoreTransaction {
  readonly #before: StoreContents;
  readonly #publish: (contents: StoreContents) => void;
  readonly #tables: Map<string, StoredTable>;
  /** Tables written to, those dropped again included. */
  readonly #touched = new Set<StoredTable>();

  /** @param publish Makes new contents the store's; must not fail. */
  constructor(before: StoreContents, publish: (contents: StoreContents) => void) {
    this.#before = before;
    this.#publish = publish;
    this.#tables = new Map(before.tables);
  }

  createTable(table: MirrorTable): void {
    this.#tables.set(foldName(table.name), new StoredTable(table));
  }

  dropTable(name: string): void {
    this.#tables.delete(foldName(name));
  }

  /** @throws {TypeError | RangeError} If there is no such table, or the batch does not fit it. */
  append(name: string, batch: ColumnBatch): void {
    const table = this.#table(name);
    checkBatch(batch, table.classes);
    this.#touched.add(table);
    table.append(batch);
  }

  /** @throws {TypeError | RangeError} If there is no such table, or a batch does not fit it. */
  change(name: string, upserts: ColumnBatch, deletes: ColumnBatch): void {
    const table = this.#table(name);
    checkBatch(upserts, table.classes);
    checkBatch(deletes, table.keyClasses);
    this.#touched.add(table);
    table.change(upserts, deletes);
  }

  /** @throws {TypeError | RangeError} If there is no such table, the keys do not fit it, or it was changed before. */
  lookup(name: string, keys: ColumnBatch): ExactValue[][] {
    const table = this.#table(name);
    checkBatch(keys, table.keyClasses);
    const positions = table.find(keys);
    const columns = table.snapshot.columns.map((column, at) => readValues(column, table.classes[at]!, positions));
    return Array.from(positions, (_, row) => columns.map((values) => values[row]!));
  }

  /** Makes everything visible. Throws before anything is visible, or not at all. */
  commit(state: MirrorState): void {
    const kept = new Set(this.#tables.values());
    const changed = [...this.#touched].filter((table) => kept.has(table));
    for (const table of changed) table.prepare();
    for (const table of changed) table.publish();
    for (const table of this.#touched) if (!kept.has(table)) table.rollback();
    this.#publish({ state, tables: this.#tables });
  }

  rollback(): void {
    const existed = new Set(this.#before.tables.values());
    for (const table of this.#touched) if (existed.has(table)) table.rollback();
  }

  #table(name: string): StoredTable {
    const table = this.#tables.get(foldName(name));
    if (table === undefined) throw new TypeError(`The mirror has no table "${name}"`);
    return table;
  }
}
