import { Expressions } from "./expressions.ts";
import { render } from "./fragment.ts";
import type { Random } from "./random.ts";
import { type FuzzColumn, type FuzzTable, generateRow, insertStatements, rowValue } from "./schema.ts";
import { literalOf } from "./values.ts";

const ADDED_TYPES = ["INTEGER DEFAULT 7", "TEXT DEFAULT 'new'", "REAL", "NUMERIC DEFAULT 0", "BLOB"];

/** Writes statements that change the rows of a session's tables, and now and then the tables. */
export class Changes {
  readonly #random: Random;
  readonly #tables: readonly FuzzTable[];
  readonly #inserted = new Map<string, number>();
  /** The latest column added to a table and not yet dropped. */
  readonly #added = new Map<string, string>();
  /** What puts right a value that does not fit its column's class. */
  #repairs: string[] = [];
  #columnsAdded = 0;

  constructor(random: Random, tables: readonly FuzzTable[]) {
    this.#random = random;
    this.#tables = tables;
  }

  /** INSERT statements for rows with new keys. */
  insert(table: FuzzTable, count: number): string[] {
    const from = this.#nextOrdinal(table);
    this.#inserted.set(table.name, from + count);
    return insertStatements(table, from, count, this.#random);
  }

  /** A few statements. A constraint may refuse one: that is part of life. */
  next(): string[] {
    const random = this.#random;
    const repairs = this.#repairs;
    this.#repairs = [];
    const together = random.chance(0.15);
    const changes = Array.from({ length: random.int(1, 4) }, () => this.#one(random.pick(this.#tables), !together))
      .flat();
    if (!together) return [...repairs, ...changes];
    return [...repairs, "BEGIN", ...changes, random.chance(0.5) ? "COMMIT" : "ROLLBACK"];
  }

  #one(table: FuzzTable, schemaToo: boolean): string[] {
    const random = this.#random;
    const choice = random.weighted<() => string[]>([
      [4, () => this.insert(table, random.int(1, 5))],
      [5, () => [this.#update(table)]],
      [3, () => [this.#delete(table)]],
      [2, () => [this.#replace(table)]],
      [1, () => [this.#upsert(table)]],
      [1, () => [this.#copy(table)]],
      [schemaToo ? 0.6 : 0, () => this.#alter(table)],
      [0.15, () => this.#misfit(table)],
    ]);
    return choice();
  }

  #nextOrdinal(table: FuzzTable): number {
    return this.#inserted.get(table.name) ?? 1;
  }

  #knownOrdinal(table: FuzzTable): number {
    return Math.max(1, this.#nextOrdinal(table) - this.#random.int(1, 20));
  }

  #writable(table: FuzzTable): FuzzColumn[] {
    return table.columns.filter((column) => !column.generated && !table.key.includes(column.name));
  }

  #replace(table: FuzzTable): string {
    return insertStatements(table, this.#knownOrdinal(table), 2, this.#random)[0]!.replace("OR IGNORE", "OR REPLACE");
  }

  #upsert(table: FuzzTable): string {
    const [column] = this.#writable(table);
    const names = table.columns.filter((one) => !one.generated).map((one) => one.name);
    const values = generateRow(table, this.#knownOrdinal(table), this.#random);
    const action = column === undefined || table.key.length === 0
      ? "NOTHING"
      : `UPDATE SET ${column.name} = excluded.${column.name}`;
    const target = action === "NOTHING" ? "" : ` (${table.key.join(", ")})`;
    return `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${
      values.join(", ")
    }) ON CONFLICT${target} DO ${action}`;
  }

  /** Rows copied under new keys within the statement, where the key allows it. */
  #copy(table: FuzzTable): string {
    if (table.key[0] !== "id") return this.#update(table);
    const names = table.columns.filter((one) => !one.generated).map((one) => one.name);
    const values = names.map((name) => name === "id" ? `id + ${this.#random.int(2_000, 9_000)}` : name);
    return `INSERT OR IGNORE INTO ${table.name} (${names.join(", ")}) SELECT ${
      values.join(", ")
    } FROM ${table.name} WHERE id < 20`;
  }

  #someRows(table: FuzzTable): string {
    const columns = table.columns.map(({ name, kind, flavour, collated }) => ({ sql: name, kind, flavour, collated }));
    const expressions = new Expressions(this.#random, { wildness: 0, traps: 0, parameters: 0 });
    return render(expressions.predicate({ columns, subqueries: null }, 1)).sql;
  }

  #update(table: FuzzTable): string {
    const random = this.#random;
    const assignments = random.sample(this.#writable(table), random.int(1, 2))
      .map((column) => `${column.name} = ${literalOf(rowValue(column, random))}`);
    if (assignments.length === 0) return this.#delete(table);
    if (table.key[0] === "id" && random.chance(0.1)) assignments.push(`id = id + ${random.int(1000, 2000)}`);
    return `UPDATE OR IGNORE ${table.name} SET ${assignments.join(", ")} WHERE ${this.#someRows(table)}`;
  }

  #delete(table: FuzzTable): string {
    const random = this.#random;
    if (random.chance(0.02)) return `DELETE FROM ${table.name}`;
    const key = table.key[0];
    const some = key === undefined
      ? this.#someRows(table)
      : `${key} = ${literalOf(rowValue(table.columns[0]!, random))}`;
    return `DELETE FROM ${table.name} WHERE ${some} AND ${random.int(0, 3)} > 0`;
  }

  /** Adds a column, and later renames or drops it. */
  #alter(table: FuzzTable): string[] {
    const random = this.#random;
    const added = this.#added.get(table.name);
    if (added === undefined || random.chance(0.3)) {
      const name = `added${this.#columnsAdded++}`;
      if (added === undefined) this.#added.set(table.name, name);
      return [`ALTER TABLE ${table.name} ADD COLUMN ${name} ${random.pick(ADDED_TYPES)}`];
    }
    if (random.chance(0.5)) {
      this.#added.delete(table.name);
      return [`ALTER TABLE ${table.name} DROP COLUMN ${added}`];
    }
    const renamed = `added${this.#columnsAdded++}`;
    this.#added.set(table.name, renamed);
    return [`ALTER TABLE ${table.name} RENAME COLUMN ${added} TO ${renamed}`];
  }

  /** Text where numbers stand: the mirror must give the table up, and take it back after the repair. */
  #misfit(table: FuzzTable): string[] {
    const columns = this.#writable(table).filter((column) => column.kind === "integer" || column.kind === "real");
    if (columns.length === 0) return [];
    const { name } = this.#random.pick(columns);
    this.#repairs.push(`UPDATE OR IGNORE ${table.name} SET ${name} = 1 WHERE typeof(${name}) = 'text'`);
    return [`UPDATE OR IGNORE ${table.name} SET ${name} = 'misfit' WHERE ${this.#someRows(table)}`];
  }
}
