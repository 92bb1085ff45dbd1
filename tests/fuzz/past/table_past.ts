import { type ExactValue, HISTORY_COLUMNS, instantText } from "../../../src/types/mod.ts";
import { valuesEqual } from "../../support/differential.ts";

/** A column of a table, known by a number of its own through all its names. */
export interface PastColumn {
  readonly id: number;
  readonly name: string;
  /** As declared, where it was added later. */
  readonly type: string;
}

/** A row of a copy: what it is known by, and its values. */
export interface CopiedRow {
  readonly key: readonly ExactValue[];
  readonly values: readonly ExactValue[];
}

/** A table as it was after a transaction. */
export interface TableCopy {
  readonly columns: readonly string[];
  readonly rows: readonly CopiedRow[];
}

/** What a statement did to a table's columns. */
export type ColumnChange =
  | { readonly kind: "added"; readonly name: string; readonly type: string }
  | { readonly kind: "dropped"; readonly name: string }
  | { readonly kind: "renamed"; readonly name: string; readonly to: string };

interface Version {
  readonly key: readonly ExactValue[];
  /** By the column's number. */
  readonly values: Map<number, ExactValue>;
  readonly from: bigint;
  readonly to: bigint | null;
  readonly operation: "I" | "U" | "D";
}

/** Which versions are asked for. */
export type Period =
  | { readonly kind: "asOf"; readonly at: bigint }
  | { readonly kind: "between"; readonly from: bigint; readonly to: bigint }
  | { readonly kind: "all" };

/** All versions of a table's rows, told from copies of it after each transaction by the rules of docs/temporal.md. */
export class TablePast {
  #columns: PastColumn[] = [];
  #dropped: PastColumn[] = [];
  #columnsMade = 0;
  readonly #living = new Map<string, Version>();
  readonly #ended: Version[] = [];

  /** Those dropped since, with their types. */
  get droppedColumns(): readonly PastColumn[] {
    return this.#dropped;
  }

  /** Takes a transaction of that time into account, after which the table is as in the copy. */
  add(copy: TableCopy, time: bigint, change: ColumnChange | null): void {
    if (this.#columns.length === 0) this.#columns = copy.columns.map((name) => this.#column(name, ""));
    if (change !== null) this.#change(change, copy, time);
    const present = new Set<string>();
    for (const { key, values } of copy.rows) {
      const id = keyText(key);
      present.add(id);
      const now = new Map(this.#columns.map((column, i) => [column.id, values[i]!]));
      const open = this.#living.get(id);
      if (open === undefined) this.#living.set(id, { key, values: now, from: time, to: null, operation: "I" });
      else if (!sameValues(open.values, now)) {
        this.#ended.push({ ...open, to: time });
        this.#living.set(id, { key, values: now, from: time, to: null, operation: "U" });
      }
    }
    for (const [id, open] of this.#living) {
      if (present.has(id)) continue;
      this.#living.delete(id);
      this.#ended.push({ ...open, to: time }, { ...open, from: time, to: time, operation: "D" });
    }
  }

  /** The versions of a period, by key and then by time: present columns, then for a period those dropped and the version's own. */
  rows(period: Period): CopiedRow[] {
    const isPeriod = period.kind !== "asOf";
    const shown = isPeriod ? [...this.#columns, ...this.#dropped] : this.#columns;
    return [...this.#ended, ...this.#living.values()].filter((version) => isOf(version, period))
      .sort((a, b) => compareKeys(a.key, b.key) || Number(a.from - b.from))
      .map(({ key, values, from, to, operation }) => ({
        key,
        values: [
          ...shown.map(({ id }) => values.get(id) ?? null),
          ...(isPeriod ? [instantText(from), to === null ? null : instantText(to), operation] : []),
        ],
      }));
  }

  /** Living versions are made anew where a column changes: a row's values are then compared with those it has. */
  #change(change: ColumnChange, copy: TableCopy, time: bigint): void {
    const { name } = change;
    switch (change.kind) {
      case "added": {
        const column = this.#column(name, change.type);
        this.#columns.push(column);
        const at = copy.columns.indexOf(name);
        for (const { key, values } of copy.rows) this.#living.get(keyText(key))?.values.set(column.id, values[at]!);
        return;
      }
      case "renamed":
        this.#columns = this.#columns.map((column) => column.name === name ? { ...column, name: change.to } : column);
        return;
      case "dropped": {
        const column = this.#columns.find((one) => one.name === name)!;
        this.#columns = this.#columns.filter((one) => one !== column);
        this.#dropped.push(column);
        for (const [id, open] of this.#living) {
          const values = new Map(open.values);
          values.delete(column.id);
          if (open.values.get(column.id) === null) this.#living.set(id, { ...open, values });
          else {
            this.#ended.push({ ...open, to: time });
            this.#living.set(id, { ...open, values, from: time, operation: "U" });
          }
        }
      }
    }
  }

  #column(name: string, type: string): PastColumn {
    return { id: this.#columnsMade++, name, type };
  }
}

/** The three columns of a version, in the order they are shown. */
export const VERSION_COLUMNS = [HISTORY_COLUMNS.validFrom, HISTORY_COLUMNS.validTo, HISTORY_COLUMNS.operation];

function isOf({ from, to, operation }: Version, period: Period): boolean {
  switch (period.kind) {
    case "asOf":
      return from <= period.at && (to === null || period.at < to);
    case "between":
      if (period.from > period.to || from > period.to) return false;
      return operation === "D" ? period.from < from : to === null || period.from < to;
    case "all":
      return true;
  }
}

function keyText(key: readonly ExactValue[]): string {
  return JSON.stringify(key.map((part) => [typeof part, part instanceof Uint8Array ? [...part] : String(part)]));
}

function compareKeys(a: readonly ExactValue[], b: readonly ExactValue[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i]!;
    if (left !== right) return left! < right! ? -1 : 1;
  }
  return 0;
}

function sameValues(a: ReadonlyMap<number, ExactValue>, b: ReadonlyMap<number, ExactValue>): boolean {
  return [...b].every(([id, value]) => valuesEqual(a.get(id) ?? null, value, 0));
}
