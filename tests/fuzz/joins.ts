import type { Expressions, Scope, ScopeColumn } from "./expressions.ts";
import { expr, type Fragment, optional, plain, text } from "./fragment.ts";
import type { Random } from "./random.ts";
import type { Flavour } from "./values.ts";

/** Flavours that repeat between tables, so that a join by them finds partners. */
const JOINED: ReadonlySet<Flavour> = new Set<Flavour>(["smallInteger", "integer", "category", "date"]);

/** Writes joins and the conditions that tie relations together. */
export class Joins {
  readonly #random: Random;
  readonly #expressions: Expressions;

  constructor(random: Random, expressions: Expressions) {
    this.#random = random;
    this.#expressions = expressions;
  }

  /** `left` joined with `right`; `count` relations take part in all. */
  join(
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
    const shared = count === 2 ? this.#sharedName(leftColumns, rightColumns) : undefined;
    if (shared !== undefined && kind !== "cross join" && random.chance(0.1)) {
      return plain`${left} ${kind} ${right} using (${shared})`;
    }
    return plain`${left} ${kind} ${right} on ${this.#joinCondition(leftColumns, rightColumns)}`;
  }

  /** A column name that both sides have. */
  #sharedName(left: readonly ScopeColumn[], right: readonly ScopeColumn[]): string | undefined {
    const bare = ({ sql }: ScopeColumn): string => sql.replace(/^t\d+\./, "");
    const names = new Set(right.map(bare));
    const shared = left.map(bare).filter((name) => names.has(name));
    return shared.length === 0 ? undefined : this.#random.pick(shared);
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
  where(scope: Scope, chance: number, outer: Scope | null): Fragment {
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
}
