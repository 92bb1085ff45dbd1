import type { Random } from "./random.ts";
import { type Fragment, type ParameterStyle, render } from "./fragment.ts";
import { type GeneratedQuery, Queries, type Relation, relationFrom, relationOf } from "./queries.ts";
import { type FuzzTable, generateTable, insertStatements, rowValue } from "./schema.ts";
import { trapStatement } from "./trap_statement.ts";
import { literalOf } from "./values.ts";
import { Expressions, type Temper } from "./expressions.ts";

/** A statement to compare, still as fragments so that it can be made smaller. */
export interface FuzzQuery extends GeneratedQuery {
  readonly style: ParameterStyle;
}

/** One generated database: its tables, and an endless supply of statements over them. All of it follows from the seed. */
export class FuzzSession {
  readonly tables: readonly FuzzTable[];
  /** Everything to run before the first query. */
  readonly setup: readonly string[];
  readonly #random: Random;
  readonly #relations: readonly Relation[];
  readonly #inserted = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
    const odd = random.chance(0.35);
    this.tables = Array.from(
      { length: random.weighted([[2, 1], [4, 2], [3, 3], [1, 4]]) },
      (_, i) => generateTable(`tab${i}`, random, odd),
    );
    const setup: string[] = [];
    for (const table of this.tables) {
      setup.push(...table.ddl, ...this.#insert(table, table.rowCount));
    }
    const relations = this.tables.map(relationOf);
    if (random.chance(0.3)) {
      const body = new Queries(random, relations, { wildness: 0, traps: 0, parameters: 0 }).viewBody();
      setup.push(`CREATE VIEW view0 AS ${render(body.fragment).sql}`);
      relations.push(relationFrom({ kind: "text", text: "view0" }, body));
    }
    this.setup = setup;
    this.#relations = relations;
  }

  /** The next statement: mostly a plausible analytical one, sometimes a wild one. */
  nextQuery(): FuzzQuery {
    const random = this.#random;
    const temper: Temper = {
      wildness: random.chance(0.12) ? 0.12 : 0,
      traps: random.chance(0.15) ? 0.3 : 0,
      parameters: random.chance(0.25) ? 0.5 : 0,
    };
    const style = random.pick<ParameterStyle>(["question", "question", "named", "numbered"]);
    if (random.chance(0.04)) return { ...trapStatement(this.tables, random), style };
    return { ...new Queries(random, this.#relations, temper).statement(), style };
  }

  /** A few statements that change rows. A constraint may refuse one: that is part of life. */
  nextChanges(): string[] {
    const random = this.#random;
    return Array.from({ length: random.int(1, 4) }, () => {
      const table = random.pick(this.tables);
      const choice = random.weighted<() => string[]>([
        [4, () => this.#insert(table, random.int(1, 5))],
        [5, () => [this.#update(table)]],
        [3, () => [this.#delete(table)]],
        [2, () => [this.#replace(table)]],
      ]);
      return choice();
    }).flat();
  }

  #insert(table: FuzzTable, count: number): string[] {
    const from = this.#inserted.get(table.name) ?? 1;
    this.#inserted.set(table.name, from + count);
    return insertStatements(table, from, count, this.#random);
  }

  #replace(table: FuzzTable): string {
    const from = Math.max(1, (this.#inserted.get(table.name) ?? 1) - this.#random.int(1, 20));
    return insertStatements(table, from, 2, this.#random)[0]!.replace("OR IGNORE", "OR REPLACE");
  }

  #someRows(table: FuzzTable): Fragment {
    const columns = table.columns.map(({ name, kind, flavour, collated }) => ({ sql: name, kind, flavour, collated }));
    const expressions = new Expressions(this.#random, { wildness: 0, traps: 0, parameters: 0 });
    return expressions.predicate({ columns, subqueries: null }, 1);
  }

  #update(table: FuzzTable): string {
    const random = this.#random;
    const writable = table.columns.filter((column) => !column.generated && !table.key.includes(column.name));
    const assignments = random.sample(writable, random.int(1, 2))
      .map((column) => `${column.name} = ${literalOf(rowValue(column, random))}`);
    if (assignments.length === 0) return this.#delete(table);
    const key = table.key[0];
    if (key === "id" && random.chance(0.1)) assignments.push(`id = id + ${random.int(1000, 2000)}`);
    return `UPDATE OR IGNORE ${table.name} SET ${assignments.join(", ")} WHERE ${render(this.#someRows(table)).sql}`;
  }

  #delete(table: FuzzTable): string {
    const random = this.#random;
    if (random.chance(0.02)) return `DELETE FROM ${table.name}`;
    const key = table.key[0];
    const some = key === undefined
      ? render(this.#someRows(table)).sql
      : `${key} = ${literalOf(rowValue(table.columns[0]!, random))}`;
    return `DELETE FROM ${table.name} WHERE ${some} AND ${random.int(0, 3)} > 0`;
  }
}
