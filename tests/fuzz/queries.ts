import { expr, type Fragment, list, optional, plain, query, text } from "./fragment.ts";
import { Expressions, type Scope, type ScopeColumn, type SubquerySource, type Temper } from "./expressions.ts";
import type { Random } from "./random.ts";
import type { FuzzTable } from "./schema.ts";
import type { Flavour, Kind } from "./values.ts";

/** A table, view, CTE or subquery that can stand in FROM. */
export interface Relation {
  /** As written in FROM, a name or a parenthesised query. */
  readonly source: Fragment;
  /** Columns unqualified. */
  readonly columns: readonly ScopeColumn[];
  /** Columns that together are unique, or empty. */
  readonly key: readonly string[];
}

/** A column a query gives. */
interface OutputColumn {
  readonly name: string | null;
  readonly kind: Kind;
  readonly flavour: Flavour;
  readonly collated: boolean;
}

/** A query, and what is known of its answer. */
export interface GeneratedQuery {
  readonly fragment: Fragment;
  readonly columns: readonly OutputColumn[];
  /** Output columns (from 0) by which the rows are ordered; empty when the order is free. */
  readonly orderKeys: readonly number[];
}

interface Body {
  readonly fragment: Fragment;
  readonly columns: readonly OutputColumn[];
}

const FLAVOUR_OF: Readonly<Record<Kind, Flavour>> = {
  integer: "smallInteger",
  real: "money",
  text: "category",
  date: "date",
  blob: "blob",
  mixed: "mixed",
};

/** Flavours that repeat between tables, so that a join by them finds partners. */
const JOINED: ReadonlySet<Flavour> = new Set<Flavour>(["smallInteger", "integer", "category", "date"]);

const ITEM_KINDS: readonly (readonly [number, Kind])[] = [[8, "integer"], [8, "real"], [8, "text"], [4, "date"], [
  1,
  "blob",
]];

const AGGREGATE_KINDS: readonly (readonly [number, Kind])[] = [[6, "integer"], [8, "real"], [2, "text"], [1, "date"]];
const GROUP_KINDS: readonly (readonly [number, Kind])[] = [[1, "integer"], [2, "text"], [2, "date"]];

/** A table as a relation. */
export function relationOf(table: FuzzTable): Relation {
  return {
    source: text(table.name),
    columns: table.columns.map(({ name, kind, flavour, collated }) => ({ sql: name, kind, flavour, collated })),
    key: table.key,
  };
}

/** Writes whole SELECT statements over the given relations. */
export class Queries implements SubquerySource {
  readonly #random: Random;
  readonly #relations: Relation[];
  readonly #expressions: Expressions;
  #aliases = 0;

  constructor(random: Random, relations: readonly Relation[], temper: Temper) {
    this.#random = random;
    this.#relations = [...relations];
    this.#expressions = new Expressions(random, temper);
  }

  /** A complete statement. */
  statement(): GeneratedQuery {
    const random = this.#random;
    const common = random.chance(0.12) ? this.#commonTables() : null;
    const body = random.chance(0.09) ? this.#compound() : this.#select(2, false);
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
    const where = this.#where(scope, 0.6, outer);
    const value = scalar && this.#random.chance(0.96)
      ? this.#expressions.aggregate(kind, scope, 0)
      : this.#expressions.scalar(kind, scope, 0);
    return query`select ${value} from ${from}${where}`;
  }

  existence(outer: Scope): Fragment {
    const { from, scope } = this.#from(1, outer);
    return query`select ${this.#random.pick(["1", "*", "null"])} from ${from}${this.#where(scope, 1, outer)}`;
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
      });
    }
    for (let i = 0; i < random.int(recursive ? 0 : 1, 2); i++) {
      const name = `cte${i}`;
      const body = this.#select(1, true);
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
    const body = this.#select(depth - 1, true);
    const limited = this.#random.chance(0.1) ? this.#orderAndLimit(body).fragment : body.fragment;
    return relationFrom(plain`(${limited})`, body);
  }

  #relation(depth: number): Relation {
    const random = this.#random;
    return depth > 1 && random.chance(0.12) ? this.#subqueryRelation(depth) : random.pick(this.#relations);
  }

  /** FROM with one to three relations, and the scope it makes. */
  #from(depth: number, outer: Scope | null): { from: Fragment; scope: Scope; keys: readonly string[] } {
    const random = this.#random;
    const nested = outer !== null || depth < 2;
    const count = nested ? random.weighted([[8, 1], [2, 2]]) : random.weighted([[55, 1], [38, 2], [7, 3]]);
    let columns: ScopeColumn[] = [];
    let keys: string[] | null = [];
    let from = text("");
    for (let i = 0; i < count; i++) {
      const relation = this.#relation(depth);
      const bare = count === 1 && outer === null && random.chance(0.5) && relation.source.kind === "text";
      const alias = bare ? "" : this.#alias();
      const qualified = relation.columns.map((column) => ({
        ...column,
        sql: alias === "" ? column.sql : `${alias}.${column.sql}`,
      }));
      const named = plain`${relation.source}${alias === "" ? "" : ` ${random.pick(["as ", ""])}${alias}`}`;
      from = i === 0 ? named : this.#join(from, named, columns, qualified, count);
      columns = [...columns, ...qualified];
      const prefix = alias === "" ? "" : `${alias}.`;
      keys = keys === null || relation.key.length === 0 ? null : [...keys, ...relation.key.map((key) => prefix + key)];
    }
    const subqueries = depth > 0 ? new InnerQueries(this, depth - 1) : null;
    return { from, scope: { columns, subqueries }, keys: keys ?? [] };
  }

  #join(
    left: Fragment,
    right: Fragment,
    leftColumns: readonly ScopeColumn[],
    rightColumns: readonly ScopeColumn[],
    count: number,
  ): Fragment {
    const random = this.#random;
    const kind = random.weighted([
      [40, "join"],
      [8, "inner join"],
      [25, "left join"],
      [6, "left outer join"],
      [3, "right join"],
      [3, "full join"],
      [3, "cross join"],
    ]);
    if (count === 2 && random.chance(0.06)) return plain`${left}${random.pick([", ", " cross join "])}${right}`;
    return plain`${left} ${kind} ${right} on ${this.#joinCondition(leftColumns, rightColumns)}`;
  }

  #joinCondition(leftColumns: readonly ScopeColumn[], rightColumns: readonly ScopeColumn[]): Fragment {
    const random = this.#random;
    const pairs = leftColumns.flatMap((left) =>
      rightColumns.filter((right) => right.kind === left.kind && left.kind !== "mixed").map((right) =>
        [left, right] as const
      )
    );
    const close = pairs.filter(([left, right]) => left.flavour === right.flavour && JOINED.has(left.flavour));
    const all: Scope = { columns: [...leftColumns, ...rightColumns], subqueries: null };
    if (pairs.length === 0 || random.chance(0.04)) return this.#expressions.predicate(all, 1);
    const [left, right] = random.pick(close.length > 0 ? close : pairs);
    const extra = random.chance(0.15) ? optional` and ${this.#expressions.predicate(all, 0)}` : text("");
    return expr`${left.sql} = ${right.sql}${extra}`;
  }

  /** WHERE with the given chance; a subquery's often ties it to the outer query. */
  #where(scope: Scope, chance: number, outer: Scope | null): Fragment {
    const random = this.#random;
    if (!random.chance(chance)) return text("");
    const correlation = outer !== null && random.chance(0.6) ? this.#correlation(scope, outer) : null;
    if (correlation === null) {
      return optional` where ${this.#expressions.predicate(scope, random.weighted([[6, 0], [4, 1], [1, 2]]))}`;
    }
    if (random.chance(0.7)) return optional` where ${correlation}`;
    return optional` where ${correlation} and ${this.#expressions.predicate(scope, 0)}`;
  }

  #correlation(scope: Scope, outer: Scope): Fragment | null {
    const pairs = scope.columns.flatMap((inner) =>
      outer.columns.filter((column) => column.kind === inner.kind && inner.kind !== "mixed" && column.sql.includes("."))
        .map((column) => [inner, column] as const)
    );
    if (pairs.length === 0) return null;
    const [inner, column] = this.#random.pick(pairs);
    return expr`${inner.sql} = ${column.sql}`;
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
    const where = this.#where(scope, 0.75, null);
    if (!named && random.chance(0.08)) {
      const columns = scope.columns.map(({ kind, flavour, collated }) => ({ name: null, kind, flavour, collated }));
      return { fragment: query`select ${distinct}* from ${from}${where}`, columns };
    }
    const items = Array.from({ length: random.int(1, 5) }, () => this.#item(scope, named, 2));
    return {
      fragment: query`select ${distinct}${list(items.map((item) => item.fragment))} from ${from}${where}`,
      columns: items.map((item) => item.column),
    };
  }

  #aggregateSelect(depth: number, named: boolean): Body {
    const random = this.#random;
    const { from, scope } = this.#from(depth, null);
    const items = Array.from({ length: random.int(1, 4) }, () => this.#aggregateItem(scope, named));
    const where = this.#where(scope, 0.6, null);
    return {
      fragment: query`select ${list(items.map((item) => item.fragment))} from ${from}${where}`,
      columns: items.map((item) => item.column),
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
      return { fragment: this.#expressions.derived(kind, scope, 0), kind, flavour: FLAVOUR_OF[kind], collated: false };
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
    const bare = random.chance(0.03) ? [this.#item(scope, named, 0)] : [];
    const items = [...shown, ...aggregates, ...bare];
    const where = this.#where(scope, 0.5, null);
    const byOrdinal = shown.length === keys.length && random.chance(0.2);
    const groups = byOrdinal ? keys.map((_, i) => text(String(i + 1))) : keys.map((key) => key.fragment);
    const having = random.chance(0.2) ? optional` having ${this.#having(scope)}` : text("");
    return {
      fragment: query`select ${list(items.map((item) => item.fragment))} from ${from}${where} group by ${
        list(groups)
      }${having}`,
      columns: items.map((item) => item.column),
    };
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
    const windowOf = (): Fragment => shared ? text("w") : plain`(${this.#window(scope, keys)})`;
    const windows = Array.from({ length: random.int(1, 2) }, () => {
      const kind = this.#expressions.kindIn(scope, AGGREGATE_KINDS);
      const value = this.#windowFunction(kind, scope);
      return this.#outputOf(expr`${value} over ${windowOf()}`, kind, named);
    });
    const all = [...items, ...windows];
    const where = this.#where(scope, 0.4, null);
    const clause = shared ? plain` window w as (${this.#window(scope, keys)})` : text("");
    return {
      fragment: query`select ${list(all.map((item) => item.fragment))} from ${from}${where}${clause}`,
      columns: all.map((item) => item.column),
    };
  }

  #windowFunction(kind: Kind, scope: Scope): Fragment {
    const random = this.#random;
    const numeric = kind === "integer" || kind === "real";
    const one = (): Fragment => this.#expressions.scalar(kind, scope, 0);
    const choice = random.weighted<() => Fragment>([
      [
        kind === "integer" ? 6 : 0,
        () => text(random.pick(["row_number()", "rank()", "dense_rank()", "ntile(3)", "count(*)"])),
      ],
      [kind === "real" ? 1 : 0, () => text(random.pick(["percent_rank()", "cume_dist()"]))],
      [2, () => expr`${random.pick(["lag", "lead"])}(${one()})`],
      [
        1,
        () =>
          expr`${random.pick(["lag", "lead"])}(${one()}, ${String(random.int(0, 3))}, ${
            this.#expressions.literal(kind)
          })`,
      ],
      [2, () => expr`${random.pick(["first_value", "last_value"])}(${one()})`],
      [1, () => expr`nth_value(${one()}, 2)`],
      [numeric ? 4 : 0, () => expr`sum(${one()})`],
      [numeric ? 2 : 0, () => expr`avg(${one()})`],
      [3, () => expr`${random.pick(["min", "max"])}(${one()})`],
    ]);
    return choice();
  }

  /** Mostly ordered by a key, so that the answer is determined. */
  #window(scope: Scope, keys: readonly string[]): Fragment {
    const random = this.#random;
    const pickColumn = (): string => scope.columns.length === 0 ? "1" : random.pick(scope.columns).sql;
    const partition = random.chance(0.6) ? optional`partition by ${expr`${pickColumn()}`} ` : text("");
    if (random.chance(0.2)) return partition;
    const terms = [
      ...(random.chance(0.6) ? [plain`${pickColumn()}${this.#direction()}`] : []),
      ...(random.chance(0.85) ? keys.map((key) => plain`${key}${this.#direction()}`) : []),
    ];
    if (terms.length === 0) return partition;
    const frame = random.chance(0.25) ? optional` ${this.#frame()}` : text("");
    return plain`${partition}order by ${list(terms)}${frame}`;
  }

  #frame(): string {
    const random = this.#random;
    const near = random.int(0, 3);
    const frame = random.pick([
      `rows between ${near} preceding and current row`,
      `rows between ${near} preceding and ${random.int(0, 3)} following`,
      "rows between unbounded preceding and current row",
      "rows between current row and unbounded following",
      "rows between unbounded preceding and unbounded following",
      "range between unbounded preceding and current row",
      "groups between 1 preceding and 1 following",
      `rows ${near} preceding`,
    ]);
    return random.chance(0.08)
      ? `${frame} exclude ${random.pick(["current row", "ties", "group", "no others"])}`
      : frame;
  }

  #direction(): string {
    return this.#random.weighted([[6, ""], [3, " desc"], [1, " asc"], [1, " nulls last"], [1, " desc nulls first"]]);
  }

  #compound(): Body {
    const random = this.#random;
    const kinds = Array.from({ length: random.int(1, 3) }, () => random.weighted(ITEM_KINDS));
    const count = random.weighted([[8, 2], [2, 3]]);
    const arms = Array.from({ length: count }, () => {
      const { from, scope } = this.#from(1, null);
      const items = kinds.map((kind) => {
        const column = this.#expressions.column(kind, scope);
        return column !== undefined && random.chance(0.6)
          ? expr`${column.sql}`
          : this.#expressions.scalar(kind, scope, 1);
      });
      return query`select ${list(items)} from ${from}${this.#where(scope, 0.6, null)}`;
    });
    let fragment = arms[0]!;
    for (const arm of arms.slice(1)) {
      fragment = query`${fragment} ${random.pick(["union all", "union", "union", "intersect", "except"])} ${arm}`;
    }
    const columns = kinds.map((kind) => ({ name: null, kind, flavour: FLAVOUR_OF[kind], collated: true }));
    return { fragment, columns };
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
      return plain`${term}${this.#direction()}`;
    });
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

/** A relation over a query whose columns are all named. */
export function relationFrom(source: Fragment, body: { readonly columns: readonly OutputColumn[] }): Relation {
  return {
    source,
    columns: body.columns.flatMap(({ name, kind, flavour, collated }) =>
      name === null ? [] : [{ sql: name, kind, flavour, collated }]
    ),
    key: [],
  };
}
