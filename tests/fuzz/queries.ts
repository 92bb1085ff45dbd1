import { expr, type Fragment, list, optional, plain, query, render, text } from "./fragment.ts";
import { Expressions, type Scope, type ScopeColumn, type SubquerySource, type Temper } from "./expressions.ts";
import { Joins } from "./joins.ts";
import type { Random } from "./random.ts";
import { type Body, type OutputColumn, type Relation, relationFrom } from "./relations.ts";
import type { Flavour, Kind } from "./values.ts";
import { direction, Windows } from "./windows.ts";

/** A query, and what is known of its answer. */
export interface GeneratedQuery {
  readonly fragment: Fragment;
  readonly columns: readonly OutputColumn[];
  /** Output columns (from 0) by which the rows are ordered; empty when the order is free. */
  readonly orderKeys: readonly number[];
}

const FLAVOUR_OF: Readonly<Record<Kind, Flavour>> = {
  integer: "smallInteger",
  real: "money",
  text: "category",
  date: "date",
  blob: "blob",
  mixed: "mixed",
};

/** Rows a FROM may give, and rows the FROM of a subquery may visit over all rows outside. */
const FROM_ROWS_MAX = 60_000;
const NESTED_ROWS_MAX = 3_000_000;

const ITEM_KINDS: readonly (readonly [number, Kind])[] = [[8, "integer"], [8, "real"], [8, "text"], [4, "date"], [
  1,
  "blob",
]];

const AGGREGATE_KINDS: readonly (readonly [number, Kind])[] = [[6, "integer"], [8, "real"], [2, "text"], [1, "date"]];
const GROUP_KINDS: readonly (readonly [number, Kind])[] = [[1, "integer"], [2, "text"], [2, "date"]];

/** Writes whole SELECT statements over the given relations. */
export class Queries implements SubquerySource {
  readonly #random: Random;
  readonly #relations: Relation[];
  readonly #expressions: Expressions;
  readonly #joins: Joins;
  readonly #windows: Windows;
  #aliases = 0;

  constructor(random: Random, relations: readonly Relation[], temper: Temper) {
    this.#random = random;
    this.#relations = [...relations];
    this.#expressions = new Expressions(random, temper);
    this.#joins = new Joins(random, this.#expressions);
    this.#windows = new Windows(random, this.#expressions);
  }

  /** A complete statement. */
  statement(): GeneratedQuery {
    const random = this.#random;
    const common = random.chance(0.12) ? this.#commonTables() : null;
    const body = random.chance(0.09) ? this.#compound(false) : this.#select(2, false);
    const ordered = this.#orderAndLimit(body);
    if (common === null) return ordered;
    return { ...ordered, fragment: query`with ${common} ${ordered.fragment}` };
  }

  /** The SELECT of a view: every column named. */
  viewBody(): Body {
    return this.#select(1, true);
  }

  oneColumn(kind: Kind, outer: Scope, scalar: boolean): Fragment {
    const { from, scope } = this.#from(1, outer);
    const where = this.#joins.where(scope, 0.6, outer);
    if (scalar && this.#random.chance(0.85)) {
      return query`select ${this.#expressions.aggregate(kind, scope, 0)} from ${from}${where}`;
    }
    const value = this.#expressions.scalar(kind, scope, 0);
    const arm = query`select ${value} from ${from}${where}`;
    if (scalar && this.#random.chance(0.8)) return query`${arm} order by 1${direction(this.#random)} limit 1`;
    if (scalar || this.#random.chance(0.92)) return arm;
    const other = this.#from(1, outer);
    const second = this.#expressions.scalar(kind, other.scope, 0);
    return query`${arm} ${
      this.#random.pick(["union", "union all", "except", "intersect"])
    } select ${second} from ${other.from}`;
  }

  existence(outer: Scope): Fragment {
    const { from, scope } = this.#from(1, outer);
    return query`select ${this.#random.pick(["1", "*", "null"])} from ${from}${this.#joins.where(scope, 1, outer)}`;
  }

  #commonTables(): Fragment {
    const random = this.#random;
    const tables: Fragment[] = [];
    const recursive = random.chance(0.12);
    if (recursive) {
      const last = String(random.int(1, 12));
      tables.push(plain`seq(n) as (select 1 union all select n + 1 from seq where n < ${last})`);
      this.#relations.push({
        source: text("seq"),
        columns: [{ sql: "n", kind: "integer", flavour: "smallInteger", collated: false }],
        key: ["n"],
        rowsMax: 12,
      });
    }
    for (let i = 0; i < random.int(recursive ? 0 : 1, 2); i++) {
      const name = `cte${i}`;
      const body = random.chance(0.1) ? this.#compound(true) : this.#select(1, true);
      const hint = random.weighted([[8, ""], [1, "materialized "], [1, "not materialized "]]);
      tables.push(plain`${name} as ${hint}(${body.fragment})`);
      this.#relations.push(relationFrom(text(name), body));
    }
    return plain`${recursive ? "recursive " : ""}${list(tables)}`;
  }

  #alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }

  #subqueryRelation(depth: number): Relation {
    const body = this.#random.chance(0.12) ? this.#compound(true) : this.#select(depth - 1, true);
    const limited = this.#random.chance(0.1) ? this.#orderAndLimit(body).fragment : body.fragment;
    return relationFrom(plain`(${limited})`, body);
  }

  /** A relation of at most so many rows, or `undefined` when there is none. */
  #relation(depth: number, rowsMax: number): Relation | undefined {
    const random = this.#random;
    const relation = depth > 1 && random.chance(0.12) ? this.#subqueryRelation(depth) : random.pick(this.#relations);
    if (relation.rowsMax <= rowsMax) return relation;
    const smaller = this.#relations.filter((one) => one.rowsMax <= rowsMax);
    return smaller.length === 0 ? undefined : random.pick(smaller);
  }

  #smallestRelation(): Relation {
    return this.#relations.reduce((least, one) => one.rowsMax < least.rowsMax ? one : least);
  }

  /** FROM with one to three relations, and the scope it makes. */
  #from(depth: number, outer: Scope | null): { from: Fragment; scope: Scope; keys: readonly string[] } {
    const random = this.#random;
    const nested = outer !== null || depth < 2;
    const count = nested ? random.weighted([[8, 1], [2, 2]]) : random.weighted([[55, 1], [38, 2], [7, 3]]);
    const budget = outer === null ? FROM_ROWS_MAX : NESTED_ROWS_MAX / (outer.rowsMax ?? 1);
    let rowsMax = 1;
    let columns: ScopeColumn[] = [];
    let keys: string[] | null = [];
    let from = text("");
    for (let i = 0; i < count; i++) {
      const relation = this.#relation(depth, budget / rowsMax) ?? (i === 0 ? this.#smallestRelation() : undefined);
      if (relation === undefined) break;
      rowsMax *= Math.max(1, relation.rowsMax);
      const bare = count === 1 && outer === null && random.chance(0.5) && relation.source.kind === "text";
      const alias = bare ? "" : this.#alias();
      const reference = relation.refer?.(alias === "" ? null : alias) ?? {
        source: plain`${relation.source}${alias === "" ? "" : ` ${random.pick(["as ", ""])}${alias}`}`,
        columns: relation.columns,
        key: relation.key,
      };
      const qualified = reference.columns.map((column) => ({
        ...column,
        sql: alias === "" ? column.sql : `${alias}.${column.sql}`,
      }));
      const named = reference.source;
      from = i === 0 ? named : this.#joins.join(from, named, columns, qualified, count);
      columns = [...columns, ...qualified];
      const prefix = alias === "" ? "" : `${alias}.`;
      keys = keys === null || reference.key.length === 0
        ? null
        : [...keys, ...reference.key.map((key) => prefix + key)];
    }
    const subqueries = depth > 0 ? new InnerQueries(this, depth - 1) : null;
    return { from, scope: { columns, subqueries, rowsMax }, keys: keys ?? [] };
  }

  #select(depth: number, named: boolean): Body {
    const random = this.#random;
    const choice = random.weighted<() => Body>([
      [36, () => this.#plainSelect(depth, named)],
      [34, () => this.#groupedSelect(depth, named)],
      [10, () => this.#aggregateSelect(depth, named)],
      [10, () => this.#windowSelect(depth, named)],
      [named ? 0 : 1, () => this.#constantSelect()],
    ]);
    return choice();
  }

  #constantSelect(): Body {
    const scope: Scope = { columns: [], subqueries: null };
    const items = Array.from({ length: this.#random.int(1, 3) }, () => this.#item(scope, false, 0));
    return {
      fragment: query`select ${list(items.map((item) => item.fragment))}`,
      columns: items.map((item) => item.column),
      rowsMax: scope.rowsMax ?? 1,
    };
  }

  #name(named: boolean): string | null {
    if (!named && !this.#random.chance(0.6)) return null;
    this.#aliases += 1;
    return `c${this.#aliases}`;
  }

  #outputOf(value: Fragment, kind: Kind, named: boolean): { fragment: Fragment; column: OutputColumn } {
    const name = this.#name(named);
    const fragment = name === null ? value : plain`${value} ${this.#random.pick(["as ", "as ", ""])}${name}`;
    return { fragment, column: { name, kind, flavour: FLAVOUR_OF[kind], collated: false } };
  }

  #item(scope: Scope, named: boolean, depth: number): { fragment: Fragment; column: OutputColumn } {
    const random = this.#random;
    if (scope.columns.length > 0 && random.chance(0.55)) return this.#columnItem(random.pick(scope.columns), named);
    const kind = this.#expressions.kindIn(scope, ITEM_KINDS);
    return this.#outputOf(this.#expressions.scalar(kind, scope, depth), kind, named);
  }

  #columnItem(column: ScopeColumn, named: boolean): { fragment: Fragment; column: OutputColumn } {
    const name = named || this.#random.chance(0.2) ? this.#name(true) : null;
    const fragment = name === null ? expr`${column.sql}` : plain`${expr`${column.sql}`} as ${name}`;
    return { fragment, column: { name, kind: column.kind, flavour: column.flavour, collated: column.collated } };
  }

  #plainSelect(depth: number, named: boolean): Body {
    const random = this.#random;
    const { from, scope } = this.#from(depth, null);
    const distinct = random.chance(0.15) ? "distinct " : "";
    const where = this.#joins.where(scope, 0.75, null);
    if (!named && random.chance(0.08)) {
      const columns = scope.columns.map(({ kind, flavour, collated }) => ({ name: null, kind, flavour, collated }));
      return { fragment: query`select ${distinct}* from ${from}${where}`, columns, rowsMax: scope.rowsMax ?? 1 };
    }
    const items = Array.from({ length: random.int(1, 5) }, () => this.#item(scope, named, 2));
    const sortKey = (): Fragment => this.#expressions.derived(this.#expressions.kindIn(scope, ITEM_KINDS), scope, 0);
    return {
      fragment: query`select ${distinct}${list(items.map((item) => item.fragment))} from ${from}${where}`,
      columns: items.map((item) => item.column),
      rowsMax: scope.rowsMax ?? 1,
      ...(distinct === "" ? { sortKey } : {}),
    };
  }

  #aggregateSelect(depth: number, named: boolean): Body {
    const random = this.#random;
    const { from, scope } = this.#from(depth, null);
    const items = Array.from({ length: random.int(1, 4) }, () => this.#aggregateItem(scope, named));
    const where = this.#joins.where(scope, 0.6, null);
    return {
      fragment: query`select ${list(items.map((item) => item.fragment))} from ${from}${where}`,
      columns: items.map((item) => item.column),
      rowsMax: scope.rowsMax ?? 1,
    };
  }

  #aggregateItem(scope: Scope, named: boolean): { fragment: Fragment; column: OutputColumn } {
    const random = this.#random;
    const kind = this.#expressions.kindIn(scope, AGGREGATE_KINDS);
    const value = this.#expressions.aggregate(kind, scope, random.int(0, 1));
    if (random.chance(0.85)) return this.#outputOf(value, kind, named);
    const numeric = kind === "integer" || kind === "real" ? 1 : 0;
    const derived = random.weighted<() => Fragment>([
      [3 * numeric, () => expr`round(${value}, 2)`],
      [3, () => expr`coalesce(${value}, ${this.#expressions.literal(kind)})`],
      [2 * numeric, () => expr`${value} * 100.0 / count(*)`],
      [2 * numeric, () => expr`${value} - ${this.#expressions.aggregate(kind, scope, 0)}`],
    ]);
    return this.#outputOf(derived(), kind, named);
  }

  #groupKeys(scope: Scope): { fragment: Fragment; kind: Kind; flavour: Flavour; collated: boolean }[] {
    const random = this.#random;
    const grouping = scope.columns.filter((column) => column.kind !== "real" && column.kind !== "blob");
    return Array.from({ length: random.weighted([[6, 1], [3, 2], [1, 3]]) }, () => {
      if (grouping.length > 0 && random.chance(0.75)) {
        const column = random.pick(grouping);
        return { fragment: expr`${column.sql}`, kind: column.kind, flavour: column.flavour, collated: column.collated };
      }
      const kind = this.#expressions.kindIn(scope, GROUP_KINDS);
      const derived = this.#expressions.derived(kind, scope, 0);
      // A signed number is the ordinal of an output column to SQLite.
      const isNumber = /^[-+\s]*[\d.]+$/.test(render(derived).sql);
      const fragment = isNumber ? expr`coalesce(${derived}, 0)` : derived;
      return { fragment, kind, flavour: FLAVOUR_OF[kind], collated: false };
    });
  }

  #groupedSelect(depth: number, named: boolean): Body {
    const random = this.#random;
    const { from, scope } = this.#from(depth, null);
    const keys = this.#groupKeys(scope);
    const shown = keys.filter(() => random.chance(0.9)).map((key) => {
      const output = this.#outputOf(key.fragment, key.kind, named);
      return { ...output, column: { ...output.column, flavour: key.flavour, collated: key.collated } };
    });
    const aggregates = Array.from({ length: random.int(1, 3) }, () => this.#aggregateItem(scope, named));
    // A column that is neither grouped nor aggregated: SQLite takes it from an arbitrary row, so the mirror has to decline.
    const bare = random.chance(0.02) ? [this.#item(scope, named, 0)] : [];
    const ranked = random.chance(0.05) ? [this.#rankedGroup(scope, keys.map((key) => key.fragment), named)] : [];
    const items = [...shown, ...aggregates, ...bare, ...ranked];
    const where = this.#joins.where(scope, 0.5, null);
    const complete = shown.length === keys.length;
    const groups = complete && random.chance(0.2)
      ? keys.map((_, i) => text(String(i + 1)))
      : complete && random.chance(0.2)
      ? shown.map(({ column }, i) => column.name === null ? keys[i]!.fragment : text(column.name))
      : keys.map((key) => key.fragment);
    const having = random.chance(0.2) ? optional` having ${this.#having(scope)}` : text("");
    return {
      fragment: query`select ${list(items.map((item) => item.fragment))} from ${from}${where} group by ${
        list(groups)
      }${having}`,
      columns: items.map((item) => item.column),
      rowsMax: scope.rowsMax ?? 1,
      sortKey: () => this.#expressions.aggregate(this.#expressions.kindIn(scope, AGGREGATE_KINDS), scope, 0),
    };
  }

  /** A window function over the groups. */
  #rankedGroup(scope: Scope, keys: readonly Fragment[], named: boolean): { fragment: Fragment; column: OutputColumn } {
    const aggregate = this.#expressions.aggregate("integer", scope, 0);
    const value = this.#random.pick([
      expr`rank() over (order by ${aggregate} desc)`,
      expr`sum(${aggregate}) over ()`,
      expr`row_number() over (order by ${aggregate}, ${list(keys)})`,
      expr`count(*) over (partition by ${aggregate})`,
    ]);
    return this.#outputOf(value, "integer", named);
  }

  #having(scope: Scope): Fragment {
    const random = this.#random;
    const choice = random.weighted<() => Fragment>([
      [4, () => expr`count(*) ${random.pick([">", ">=", "<", "="])} ${String(random.int(1, 5))}`],
      [3, () => expr`${this.#expressions.aggregate("real", scope, 0)} > ${this.#expressions.literal("real")}`],
      [2, () => expr`${this.#expressions.aggregate("text", scope, 0)} is not null`],
    ]);
    return choice();
  }

  #windowSelect(depth: number, named: boolean): Body {
    const random = this.#random;
    const { from, scope, keys } = this.#from(depth, null);
    const items = Array.from({ length: random.int(1, 3) }, () => this.#item(scope, named, 1));
    const shared = random.chance(0.2);
    const windowOf = (): Fragment => shared ? text("w") : plain`(${this.#windows.definition(scope, keys)})`;
    const windows = Array.from({ length: random.int(1, 2) }, () => {
      const kind = this.#expressions.kindIn(scope, AGGREGATE_KINDS);
      const value = this.#windows.call(kind, scope);
      return this.#outputOf(expr`${value} over ${windowOf()}`, kind, named);
    });
    const all = [...items, ...windows];
    const where = this.#joins.where(scope, 0.4, null);
    const clause = shared ? plain` window w as (${this.#windows.definition(scope, keys)})` : text("");
    return {
      fragment: query`select ${list(all.map((item) => item.fragment))} from ${from}${where}${clause}`,
      columns: all.map((item) => item.column),
      rowsMax: scope.rowsMax ?? 1,
    };
  }

  #compound(named: boolean): Body {
    const random = this.#random;
    const kinds = Array.from({ length: random.int(1, 3) }, () => random.weighted(ITEM_KINDS));
    const count = random.weighted([[8, 2], [2, 3]]);
    const names = kinds.map(() => named ? this.#name(true) : null);
    let rowsMax = 0;
    const arms = Array.from({ length: count }, (_, arm) => {
      const { from, scope } = this.#from(1, null);
      rowsMax += scope.rowsMax ?? 1;
      const items = kinds.map((kind, i) => {
        const column = this.#expressions.exactColumn(kind, scope);
        const shown = column !== undefined && random.chance(0.7);
        const value = shown
          ? expr`${column.sql}`
          : column === undefined
          ? this.#expressions.literal(kind)
          : this.#expressions.scalar(kind, scope, 1);
        return arm === 0 && names[i] !== null ? plain`${value} as ${names[i]!}` : value;
      });
      return query`select ${list(items)} from ${from}${this.#joins.where(scope, 0.6, null)}`;
    });
    let fragment = arms[0]!;
    for (const arm of arms.slice(1)) {
      fragment = query`${fragment} ${random.pick(["union all", "union", "union", "intersect", "except"])} ${arm}`;
    }
    const columns = kinds.map((kind, i) => ({ name: names[i]!, kind, flavour: FLAVOUR_OF[kind], collated: true }));
    return { fragment, columns, rowsMax };
  }

  /** Adds ORDER BY, mostly by output columns and mostly total, and LIMIT. */
  #orderAndLimit(body: Body): GeneratedQuery {
    const random = this.#random;
    if (!random.chance(0.65)) {
      const limit = random.chance(0.03) ? plain` limit ${String(random.int(0, 5))}` : text("");
      return { ...body, fragment: query`${body.fragment}${limit}`, orderKeys: [] };
    }
    const ordinals = random.shuffle(body.columns.map((_, i) => i));
    const keys = random.chance(0.85) ? ordinals : ordinals.slice(0, random.int(1, ordinals.length));
    const terms = keys.map((i) => {
      const name = body.columns[i]!.name;
      const term = name !== null && random.chance(0.6) ? name : String(i + 1);
      return plain`${term}${direction(random)}`;
    });
    if (body.sortKey !== undefined && random.chance(0.2)) {
      // Rows then tie by what is not shown, so their order is not compared.
      const hidden = plain`${body.sortKey()}${direction(random)}`;
      return { ...body, fragment: query`${body.fragment} order by ${list([hidden, ...terms])}`, orderKeys: [] };
    }
    const order = plain` order by ${list(terms, ", ", terms.length)}`;
    const limit = random.chance(0.35)
      ? plain` limit ${String(random.int(0, 12))}${random.chance(0.3) ? ` offset ${random.int(0, 6)}` : ""}`
      : text("");
    return { ...body, fragment: query`${body.fragment}${order}${limit}`, orderKeys: keys };
  }
}

/** Subqueries inside an expression, one level less deep than where they stand. */
class InnerQueries implements SubquerySource {
  readonly #queries: Queries;
  readonly #depth: number;

  constructor(queries: Queries, depth: number) {
    this.#queries = queries;
    this.#depth = depth;
  }

  oneColumn(kind: Kind, scope: Scope, scalar: boolean): Fragment {
    return this.#queries.oneColumn(kind, this.#narrowed(scope), scalar);
  }

  existence(scope: Scope): Fragment {
    return this.#queries.existence(this.#narrowed(scope));
  }

  #narrowed(scope: Scope): Scope {
    return this.#depth > 0 ? scope : { ...scope, subqueries: null };
  }
}
