import type { Expressions, Scope } from "./expressions.ts";
import { expr, type Fragment, list, optional, plain, text } from "./fragment.ts";
import type { Random } from "./random.ts";
import type { Kind } from "./values.ts";

/** A sort direction, mostly none. */
export function direction(random: Random): string {
  return random.weighted([[6, ""], [3, " desc"], [1, " asc"], [1, " nulls last"], [1, " desc nulls first"]]);
}

/** Writes window functions and the windows they look through. */
export class Windows {
  readonly #random: Random;
  readonly #expressions: Expressions;

  constructor(random: Random, expressions: Expressions) {
    this.#random = random;
    this.#expressions = expressions;
  }

  /** A window function without its OVER. */
  call(kind: Kind, scope: Scope): Fragment {
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
  definition(scope: Scope, keys: readonly string[]): Fragment {
    const random = this.#random;
    const pickColumn = (): string => scope.columns.length === 0 ? "1" : random.pick(scope.columns).sql;
    const partition = random.chance(0.6) ? optional`partition by ${expr`${pickColumn()}`} ` : text("");
    if (random.chance(0.1)) return partition;
    const terms = [
      ...(random.chance(0.6) ? [plain`${pickColumn()}${direction(random)}`] : []),
      ...(random.chance(0.95) ? keys.map((key) => plain`${key}${direction(random)}`) : []),
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
}
