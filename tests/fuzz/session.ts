import { Changes } from "./changes.ts";
import type { Random } from "./random.ts";
import { type ParameterStyle, query, render, text } from "./fragment.ts";
import { type GeneratedQuery, Queries } from "./queries.ts";
import { type Relation, relationFrom, relationOf } from "./relations.ts";
import { type FuzzTable, generateTable } from "./schema.ts";
import { trapReference, versionsOf, withVersions } from "./past/references.ts";
import { trapStatement } from "./trap_statement.ts";
import type { Temper } from "./expressions.ts";

/** A statement to compare, still as fragments so that it can be made smaller. */
export interface FuzzQuery extends GeneratedQuery {
  readonly style: ParameterStyle;
  /** Seed of its white space, comments and letter case; 0 for none (see restyle.ts). */
  readonly hand: number;
  /** Of the plausible analytical kind: nothing wild, no trap. */
  readonly tame: boolean;
}

/** One generated database: its tables, and an endless supply of statements over them. All of it follows from the seed. */
export class FuzzSession {
  readonly tables: readonly FuzzTable[];
  /** Everything to run before the first query. */
  readonly setup: readonly string[];
  readonly #random: Random;
  readonly #relations: readonly Relation[];
  readonly #changes: Changes;
  readonly #withPast: boolean;

  /** @param withPast Whether its statements ask for versions of rows. */
  constructor(random: Random, withPast = false) {
    this.#random = random;
    this.#withPast = withPast;
    const odd = random.chance(0.35);
    this.tables = Array.from(
      { length: random.weighted([[2, 1], [4, 2], [3, 3], [1, 4]]) },
      (_, i) => generateTable(`tab${i}`, random, odd),
    );
    this.#changes = new Changes(random, this.tables);
    const setup: string[] = [];
    for (const table of this.tables) {
      setup.push(...table.ddl, ...this.#changes.insert(table, table.rowCount));
    }
    const relations: Relation[] = this.tables.map(relationOf);
    if (random.chance(0.3)) {
      const body = new Queries(random, relations, { wildness: 0, traps: 0, parameters: 0 }).viewBody();
      setup.push(`CREATE VIEW view0 AS ${render(body.fragment).sql}`);
      relations.push(relationFrom({ kind: "text", text: "view0" }, body));
    }
    this.setup = setup;
    // A view reads present rows: its text is SQLite's to keep.
    this.#relations = withPast
      ? relations.map((one, i) => this.tables[i] === undefined ? one : withVersions(this.tables[i], random))
      : relations;
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
    // Another hand would write the statement for SQLite differently, and so the names of its columns.
    const hand = random.chance(0.1) && !this.#withPast ? random.next() : 0;
    if (random.chance(0.04)) {
      const refer = this.#withPast ? trapReference(random) : undefined;
      return { ...trapStatement(this.tables, random, refer), style, hand, tame: false };
    }
    const tame = temper.wildness === 0 && temper.traps === 0;
    return { ...new Queries(random, this.#relations, temper).statement(), style, hand, tame };
  }

  /** Everything in the table of that number, or `undefined` when there is none. */
  wholeTable(index: number): FuzzQuery | undefined {
    const table = this.tables[index];
    if (table === undefined) return undefined;
    const source = this.#withPast ? versionsOf(table, null, this.#random).source : text(table.name);
    const fragment = query`select * from ${source}`;
    return { fragment, columns: [], orderKeys: [], style: "question", hand: 0, tame: true };
  }

  /** A few statements that change rows, and now and then tables. */
  nextChanges(): string[] {
    return this.#changes.next();
  }
}
