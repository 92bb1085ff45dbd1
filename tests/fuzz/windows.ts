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
    const filter = (): Fragment =>
      random.chance(0.1) ? optional` filter (where ${this.#expressions.predicate(scope, 0)})` : text("");
    const fallback = (): Fragment => random.chance(0.5) ? this.#expressions.literal(kind) : one();
    const choice = random.weighted<() => Fragment>([
      [
        kind === "integer" ? 6 : 0,
        () => text(random.pick(["row_number()", "rank()", "dense_rank()", `ntile(${random.int(1, 5)})`])),
      ],
      [kind === "integer" ? 2 : 0, () => expr`count(*)${filter()}`],
      [kind === "integer" ? 1 : 0, () => {
        const counted = this.#expressions.scalar(random.pick(["integer", "real", "text"] as const), scope, 0);
        return expr`count(${counted})${filter()}`;
      }],
      [kind === "real" ? 1 : 0, () => text(random.pick(["percent_rank()", "cume_dist()"]))],
      [2, () => expr`${random.pick(["lag", "lead"])}(${one()})`],
      [1, () => expr`${random.pick(["lag", "lead"])}(${one()}, ${String(random.int(0, 3))}, ${fallback()})`],
      [2, () => expr`${random.pick(["first_value", "last_value"])}(${one()})`],
      [1, () => expr`nth_value(${one()}, ${String(random.int(1, 4))})`],
      [numeric ? 4 : 0, () => expr`sum(${one()})${filter()}`],
      [numeric ? 2 : 0, () => expr`${random.pick(["avg", "avg", "total"])}(${one()})${filter()}`],
      [3, () => expr`${random.pick(["min", "max"])}(${one()})${filter()}`],
      [kind === "text" ? 2 : 0, () => expr`group_concat(${one()}${random.pick(["", ", '/'", ", ''"])})${filter()}`],
    ]);
    return choice();
  }

  /** Mostly ordered by a key, so that the answer is determined. */
  definition(scope: Scope, keys: readonly string[]): Fragment {
    const random = this.#random;
    const pickColumn = (): string => scope.columns.length === 0 ? "1" : random.pick(scope.columns).sql;
    const partition = random.chance(0.6) ? optional`partition by ${expr`${pickColumn()}`} ` : text("");
    if (random.chance(0.1)) return partition;
    if (random.chance(0.08)) {
      return plain`${partition}order by ${expr`${pickColumn()}`}${
        direction(random)
      }${optional` ${this.#rangeFrame()}`}`;
    }
    const terms = [
      ...(random.chance(0.6) ? [plain`${pickColumn()}${direction(random)}`] : []),
      ...(random.chance(0.95) ? keys.map((key) => plain`${key}${direction(random)}`) : []),
    ];
    if (terms.length === 0) return partition;
    const frame = random.chance(0.35) ? optional` ${this.#frame()}` : text("");
    return plain`${partition}order by ${list(terms)}${frame}`;
  }

  /** A frame that counts rows or groups of peers, or has no offset. */
  #frame(): string {
    const random = this.#random;
    const unit = random.weighted([[6, "rows"], [2, "groups"], [1, "range"]]);
    if (unit === "rows" && random.chance(0.1)) return `rows ${random.int(0, 3)} preceding`;
    return this.#bounded(unit, unit === "range" ? null : () => String(random.int(0, 3)));
  }

  /** A RANGE with an offset: there has to be one key. */
  #rangeFrame(): string {
    const random = this.#random;
    return this.#bounded("range", () => random.pick(["0", "1", "2", "10", "0.5", "2.25", "1000"]));
  }

  /** `offset` gives how far a bound is away; `null` if it may only be the current row or none. */
  #bounded(unit: string, offset: (() => string) | null): string {
    const random = this.#random;
    const near = offset === null ? 0 : 4;
    const from = random.weighted<() => string>([
      [3, () => "unbounded preceding"],
      [near, () => `${offset!()} preceding`],
      [2, () => "current row"],
      [near / 4, () => `${offset!()} following`],
    ])();
    const following = from.endsWith("following");
    const to = random.weighted<() => string>([
      [from.endsWith("preceding") ? near / 4 : 0, () => `${offset!()} preceding`],
      [following ? 0 : 3, () => "current row"],
      [near, () => `${offset!()} following`],
      [2, () => "unbounded following"],
    ])();
    const exclude = random.chance(0.08) ? ` exclude ${random.pick(["current row", "ties", "group", "no others"])}` : "";
    return `${unit} between ${from} and ${to}${exclude}`;
  }
}
