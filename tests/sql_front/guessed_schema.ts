import Database from "libsql";
import {
  foldName,
  forEachChild,
  parseSelect,
  printName,
  type Query,
  tablesOf,
  type TreeNode,
  walk,
} from "../../src/sql/mod.ts";

/** A seeded generator of numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DECLARED_TYPES = ["", "INTEGER", "TEXT", "REAL", "NUMERIC"];
const ROWS_PER_TABLE = 5;
const MAX_REPAIRS = 200;

/**
 * Makes tables for a query that comes without any, from what the query and libSQL's complaints say about them, and fills
 * them with a few seeded rows whose values are taken largely from the query's own literals, so that its conditions hold now and then.
 *
 * @returns The database, or why libSQL does not prepare the query.
 */
export function databaseFor(sql: string, query: Query, seed: number): Database.Database | { readonly refused: string } {
  const db = new Database(":memory:");
  const schema = new GuessedSchema(query, seeded(seed));
  for (let repairs = 0; repairs < MAX_REPAIRS; repairs++) {
    try {
      db.prepare(sql);
      schema.fill(db);
      return db;
    } catch (error) {
      const message = (error as Error).message;
      const statement = schema.repair(message);
      try {
        if (statement !== null) {
          db.exec(statement);
          continue;
        }
      } catch {
        // The guess did not work out: the complaint that led to it is the reason.
      }
      db.close();
      return { refused: message };
    }
  }
  db.close();
  return { refused: "more repairs than allowed" };
}

class GuessedSchema {
  /** Columns by table, folded names. */
  readonly #columns = new Map<string, Set<string>>();
  readonly #literals: string[] = [];

  constructor(private readonly query: Query, private readonly random: () => number) {
    walk(query, (node) => {
      if (node.kind !== "literal" || node.value.class === "null" || node.value.class === "blob") return;
      const { value } = node.value;
      this.#literals.push(typeof value === "string" ? quote(value) : String(value));
    });
  }

  /** A statement that may cure libSQL's complaint, or `null`. */
  repair(message: string): string | null {
    const table = /^no such table: (.+)$/.exec(message)?.[1];
    if (table !== undefined) return this.#createTable(table);
    const column = /^no such column: (.+)$/.exec(message)?.[1] ??
      /^cannot join using column (.+) - column not present/.exec(message)?.[1];
    if (column !== undefined) return this.#addColumn(column, message.startsWith("cannot join"));
    const index = /^no such index: (.+)$/.exec(message)?.[1];
    if (index !== undefined) return this.#createIndex(index);
    const schema = /^unknown database (.+)$/.exec(message)?.[1];
    return schema === undefined ? null : `ATTACH ':memory:' AS ${name(schema)}`;
  }

  fill(db: Database.Database): void {
    for (const [table, columns] of this.#columns) {
      const target = table.split("\u0000").map(name).join(".");
      for (let row = 0; row < ROWS_PER_TABLE; row++) {
        const values = [...columns].map(() => this.#value()).join(", ");
        // A value that a key or a type refuses only makes the table a row shorter.
        db.exec(`INSERT OR IGNORE INTO ${target} VALUES (${values})`);
      }
    }
  }

  #value(): string {
    const pool = [
      "NULL",
      "0",
      "1",
      "2",
      "-1",
      "3.5",
      "'abc'",
      "'1'",
      "'B'",
      "10",
      ...this.#literals,
      ...this.#literals,
    ];
    return pool[Math.floor(this.random() * pool.length)] ?? "NULL";
  }

  #createTable(qualified: string): string {
    const [schema, table] = qualified.includes(".") ? qualified.split(".", 2) as [string, string] : [null, qualified];
    const aliases = new Set([foldName(table)]);
    for (const mention of tablesOf(this.query)) {
      if (foldName(mention.name.text) === foldName(table) && mention.alias !== null) {
        aliases.add(foldName(mention.alias.text));
      }
    }
    const columns = new Set<string>();
    walk(this.query, (node) => {
      if (node.kind !== "column" || node.table === null || isRowid(node.name.text)) return;
      if (aliases.has(foldName(node.table.text))) columns.add(foldName(node.name.text));
    });
    if (columns.size === 0) columns.add(`only_${foldName(table).replace(/\W/g, "_")}`);
    this.#columns.set(schema === null ? table : `${schema}\u0000${table}`, columns);
    const definitions = [...columns].map((column, index) => `${name(column)} ${DECLARED_TYPES[index % 5]}`);
    return `CREATE TABLE ${schema === null ? "" : `${name(schema)}.`}${name(table)} (${definitions.join(", ")})`;
  }

  #addColumn(qualified: string, toAll: boolean): string | null {
    const parts = qualified.split(".");
    const column = parts.at(-1) ?? "";
    const tables = toAll
      ? [...this.#columns.keys()]
      : [parts.length > 1 ? this.#tableOfAlias(parts.at(-2) ?? "") : this.#nearestTable(column)];
    const statements: string[] = [];
    for (const table of tables) {
      const columns = table === null ? undefined : this.#columns.get(table);
      if (table === null || columns === undefined || columns.has(foldName(column))) continue;
      columns.add(foldName(column));
      const target = table.split("\u0000").map(name).join(".");
      const type = DECLARED_TYPES[columns.size % DECLARED_TYPES.length];
      statements.push(`ALTER TABLE ${target} ADD COLUMN ${name(column)} ${type}`);
    }
    return statements.length === 0 ? null : statements.join(";\n");
  }

  #tableOfAlias(alias: string): string | null {
    for (const mention of tablesOf(this.query)) {
      if (foldName((mention.alias ?? mention.name).text) === foldName(alias)) return this.#known(mention.name.text);
    }
    return this.#known(alias);
  }

  /**
   * Of the tables that lack the column, the one found in most of the scopes that mention it without a table: so a column used
   * in several SELECTs goes to the table they share, and stays unambiguous.
   */
  #nearestTable(column: string): string | null {
    const votes = new Map<string, number>();
    const visit = (node: TreeNode, outer: readonly string[]): void => {
      let scope = outer;
      if (node.kind === "select" && node.from !== null) {
        const from = { ...node, columns: [], where: null, groupBy: [], having: null };
        const own = tablesOf({ ...EMPTY, body: from }).map((table) => this.#known(table.name.text));
        if (own.some((table) => table !== null)) scope = own.filter((table) => table !== null);
      }
      if (node.kind === "column" && node.table === null && foldName(node.name.text) === foldName(column)) {
        for (const table of new Set(scope)) votes.set(table, (votes.get(table) ?? 0) + 1);
      }
      forEachChild(node, (child) => visit(child, scope));
    };
    visit(this.query, [...this.#columns.keys()]);
    const candidates = [...votes].filter(([table]) => !this.#columns.get(table)?.has(foldName(column)));
    return candidates.reduce<[string, number] | null>((a, b) => a !== null && a[1] >= b[1] ? a : b, null)?.[0] ?? null;
  }

  #known(table: string): string | null {
    for (const key of this.#columns.keys()) {
      if (foldName(key.split("\u0000").at(-1) ?? "") === foldName(table)) return key;
    }
    return null;
  }

  #createIndex(index: string): string | null {
    for (const mention of tablesOf(this.query)) {
      if (mention.indexed === null || mention.indexed === "not" || foldName(mention.indexed.text) !== foldName(index)) {
        continue;
      }
      const table = this.#known(mention.name.text);
      const [column] = this.#columns.get(table ?? "") ?? [];
      if (table !== null && column !== undefined) {
        return `CREATE INDEX ${name(index)} ON ${name(table)} (${name(column)})`;
      }
    }
    return null;
  }
}

const EMPTY = { ...parseSelect("VALUES (0)"), with: null };

function isRowid(column: string): boolean {
  return /^(rowid|oid|_rowid_)$/i.test(column);
}

function name(text: string): string {
  return printName({ text, quote: '"', start: 0, end: 0 });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
