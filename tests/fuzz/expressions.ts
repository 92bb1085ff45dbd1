import type { ExactValue } from "../../src/types/mod.ts";
import { expr, type Fragment, list, plain, text } from "./fragment.ts";
import type { Random } from "./random.ts";
import { TRAP_AGGREGATES, TRAP_DATES, TRAP_INTEGERS, TRAP_PREDICATES, TRAP_REALS, TRAP_TEXTS } from "./traps.ts";
import { type Flavour, type Kind, literalOf, valueOf } from "./values.ts";

/** A column an expression may use. */
export interface ScopeColumn {
  /** How it is written here, qualified where needed. */
  readonly sql: string;
  readonly kind: Kind;
  readonly flavour: Flavour;
  readonly collated: boolean;
}

/** What is visible where an expression stands. */
export interface Scope {
  readonly columns: readonly ScopeColumn[];
  /** Makes a subquery that may look out at this scope; absent where nesting has gone deep enough. */
  readonly subqueries: SubquerySource | null;
  /** Rows an expression here is evaluated for, at most; unset where no subquery asks. */
  readonly rowsMax?: number;
}

export interface SubquerySource {
  /** `SELECT one column …` of the kind; one row if `scalar`. */
  oneColumn(kind: Kind, scope: Scope, scalar: boolean): Fragment;
  /** Any SELECT, for EXISTS. */
  existence(scope: Scope): Fragment;
}

/** How daring a statement is. */
export interface Temper {
  /** Chance at each place that an expression of another kind stands there. */
  readonly wildness: number;
  /** Chance at each place that a construct known to be dangerous stands there (see traps.ts). */
  readonly traps: number;
  /** Chance that a constant is a parameter. */
  readonly parameters: number;
}

const STAND_INS: Readonly<Record<Kind, readonly Kind[]>> = {
  integer: ["real"],
  real: ["integer"],
  text: ["date"],
  date: [],
  blob: ["text"],
  mixed: ["text", "integer"],
};

const LITERAL_FLAVOURS: Readonly<Record<Kind, readonly Flavour[]>> = {
  integer: ["smallInteger", "smallInteger", "integer", "flag"],
  real: ["money", "real", "smallInteger"],
  text: ["category", "category", "freeText"],
  date: ["date", "date", "timestamp"],
  blob: ["blob"],
  mixed: ["mixed"],
};

const WILD_FLAVOURS: readonly Flavour[] = [
  "oddDate",
  "hugeInteger",
  "extremeReal",
  "numericText",
  "blob",
  "freeText",
  "mixed",
];

const PLACEHOLDER_KINDS = { i: "integer", r: "real", t: "text", d: "date", b: "blob", n: null } as const;

const TRAPS_OF: Readonly<Record<Kind, readonly string[] | null>> = {
  integer: TRAP_INTEGERS,
  real: TRAP_REALS,
  text: TRAP_TEXTS,
  date: TRAP_DATES,
  blob: null,
  mixed: null,
};

const KINDS: readonly Kind[] = ["integer", "real", "text", "date", "blob", "mixed"];

const PATTERNS = [
  "a%",
  "%e%",
  "%o_",
  "_b%",
  "%",
  "",
  "A%",
  "%é%",
  "a\\%",
  "red",
  "%RED",
  "😀%",
  "__",
  "2020%",
  "%-01-%",
];
const GLOBS = ["a*", "*e*", "?b*", "*", "[a-c]*", "[^r]*", "R*", "*[0-9]", "20[12]*", "*é*"];

/** Writes expressions of a wanted kind over a scope. */
export class Expressions {
  readonly #random: Random;
  readonly #temper: Temper;

  constructor(random: Random, temper: Temper) {
    this.#random = random;
    this.#temper = temper;
  }

  /** A constant like the values of a column of that flavour. */
  constant(flavour: Flavour): Fragment {
    const value: ExactValue = this.#random.chance(0.02) ? null : valueOf(flavour, this.#random);
    return this.#random.chance(this.#temper.parameters) && bindable(value)
      ? expr`${{ kind: "parameter", value }}`
      : expr`${literalOf(value)}`;
  }

  literal(kind: Kind): Fragment {
    const wild = this.#random.chance(this.#temper.wildness);
    return this.constant(this.#random.pick(wild ? WILD_FLAVOURS : LITERAL_FLAVOURS[kind]));
  }

  /** A column of the kind, or of one that stands in for it. */
  column(kind: Kind, scope: Scope): ScopeColumn | undefined {
    for (const wanted of [kind, ...STAND_INS[kind]]) {
      const fitting = scope.columns.filter((column) => column.kind === wanted);
      if (fitting.length > 0) return this.#random.pick(fitting);
    }
    return undefined;
  }

  /** A column of exactly the kind, or `undefined`. */
  exactColumn(kind: Kind, scope: Scope): ScopeColumn | undefined {
    const fitting = scope.columns.filter((column) => column.kind === kind);
    return fitting.length === 0 ? undefined : this.#random.pick(fitting);
  }

  /** One of the weighted kinds, of those the scope has columns for. */
  kindIn(scope: Scope, kinds: readonly (readonly [number, Kind])[]): Kind {
    const present = kinds.filter(([, kind]) => scope.columns.some((column) => column.kind === kind));
    return this.#random.weighted(present.length > 0 ? present : kinds);
  }

  /** A trap's template with its placeholders filled from the scope. */
  trap(templates: readonly string[], scope: Scope): Fragment {
    const parts = this.#random.pick(templates).split(/\{([irtdbn])\}/);
    let filled = plain``;
    parts.forEach((part, i) => {
      filled = plain`${filled}${i % 2 === 0 ? part : this.#placeholder(part as keyof typeof PLACEHOLDER_KINDS, scope)}`;
    });
    return expr`${filled}`;
  }

  #placeholder(letter: keyof typeof PLACEHOLDER_KINDS, scope: Scope): Fragment {
    const kind = PLACEHOLDER_KINDS[letter] ??
      (scope.columns.length > 0 ? this.#random.pick(scope.columns).kind : "integer");
    const column = this.column(kind, scope);
    return column === undefined ? this.literal(kind) : expr`${column.sql}`;
  }

  /** An expression of about the kind. `depth` bounds its nesting. */
  scalar(kind: Kind, scope: Scope, depth: number): Fragment {
    const random = this.#random;
    const traps = TRAPS_OF[kind];
    if (traps !== null && random.chance(this.#temper.traps)) return this.trap(traps, scope);
    const wanted = random.chance(this.#temper.wildness) ? random.pick(KINDS) : kind;
    const column = this.column(wanted, scope);
    if (depth <= 0 || random.chance(0.45)) {
      return column !== undefined && random.chance(0.85) ? expr`${column.sql}` : this.literal(wanted);
    }
    return random.chance(0.2) ? this.#anyKind(wanted, scope, depth - 1) : this.#ofKind(wanted, scope, depth - 1);
  }

  /** Like `scalar`, but never a plain column or constant: `GROUP BY 4` would mean the fourth output column. */
  derived(kind: Kind, scope: Scope, depth: number): Fragment {
    return this.#ofKind(kind, scope, depth);
  }

  #anyKind(kind: Kind, scope: Scope, depth: number): Fragment {
    const one = (): Fragment => this.scalar(kind, scope, depth);
    const random = this.#random;
    const subqueries = scope.subqueries;
    const choice = random.weighted<() => Fragment>([
      [5, () => expr`case when ${this.predicate(scope, depth)} then ${one()} else ${one()} end`],
      [
        2,
        () =>
          expr`case when ${this.predicate(scope, depth)} then ${one()} when ${
            this.predicate(scope, depth)
          } then ${one()} end`,
      ],
      [2, () => this.#simpleCase(kind, scope, depth)],
      [5, () => expr`coalesce(${one()}, ${this.literal(kind)})`],
      [2, () => expr`ifnull(${one()}, ${one()})`],
      [2, () => expr`nullif(${one()}, ${this.literal(kind)})`],
      [2, () => expr`iif(${this.predicate(scope, depth)}, ${one()}, ${one()})`],
      [1, () => expr`${random.pick(["max", "min"])}(${one()}, ${one()})`],
      [1, () => expr`(${one()})`],
      [subqueries === null ? 0 : 2, () => expr`(${subqueries!.oneColumn(kind, scope, true)})`],
    ]);
    return choice();
  }

  #simpleCase(kind: Kind, scope: Scope, depth: number): Fragment {
    const subject = this.#random.pick<Kind>(["integer", "text"]);
    const when = (): Fragment => this.literal(subject);
    return expr`case ${this.scalar(subject, scope, depth)} when ${when()} then ${
      this.scalar(kind, scope, depth)
    } when ${when()} then ${this.scalar(kind, scope, depth)} else ${this.literal(kind)} end`;
  }

  #ofKind(kind: Kind, scope: Scope, depth: number): Fragment {
    switch (kind) {
      case "integer":
        return this.#integer(scope, depth);
      case "real":
        return this.#real(scope, depth);
      case "text":
        return this.#text(scope, depth);
      case "date":
        return this.#date(scope, depth);
      case "blob":
        return this.#random.chance(0.5)
          ? expr`cast(${this.scalar("text", scope, depth)} as blob)`
          : this.literal("blob");
      case "mixed":
        return this.scalar(this.#random.pick(KINDS), scope, depth);
    }
  }

  /** 1 if the scope has columns of the kind, else 0: a factor for weights. */
  #has(kind: Kind, scope: Scope): number {
    return scope.columns.some((column) => column.kind === kind) ? 1 : 0;
  }

  #integer(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    const [texts, dates] = [this.#has("text", scope), this.#has("date", scope)];
    const one = (kind: Kind = "integer"): Fragment => this.scalar(kind, scope, depth);
    const choice = random.weighted<() => Fragment>([
      [10, () => expr`${one()} ${random.pick(["+", "-", "*"])} ${one()}`],
      [3, () => expr`(${one()} ${random.pick(["+", "-"])} ${one()}) ${random.pick(["*", "/", "%"])} ${one()}`],
      [3, () => expr`${one()} / ${this.literal("integer")}`],
      [3, () => expr`${one()} % ${this.literal("integer")}`],
      [2, () => expr`- ${one()}`],
      [2, () => expr`abs(${one()})`],
      [4 * texts, () => expr`length(${one("text")})`],
      [2 * texts, () => expr`instr(${one("text")}, ${this.literal("text")})`],
      [3, () => expr`cast(${one("real")} as ${random.pick(["integer", "int", "bigint"])})`],
      [
        3 * dates,
        () =>
          expr`cast(strftime('${random.pick(["%Y", "%m", "%d", "%H"])}', ${this.scalar("date", scope, 0)}) as integer)`,
      ],
      [texts, () => expr`cast(${one("text")} as integer)`],
      [1, () => expr`(${one()} ${random.pick(["&", "|"])} ${one()})`],
      [0.3, () => expr`(${one()} ${random.pick(["<<", ">>"])} ${String(random.int(0, 8))})`],
      [1, () => expr`~${one()}`],
      [2, () => expr`(${this.predicate(scope, depth)})`],
      [1, () => expr`+${one()}`],
      [texts, () => expr`unicode(${one("text")})`],
      [1, () => expr`sign(${one()})`],
      [dates, () => expr`unixepoch(${this.scalar("date", scope, 0)})`],
    ]);
    return choice();
  }

  #real(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    const one = (kind: Kind = "real"): Fragment => this.scalar(kind, scope, depth);
    const choice = random.weighted<() => Fragment>([
      [8, () => expr`${one()} ${random.pick(["+", "-", "*"])} ${one()}`],
      [4, () => expr`${one()} * (1 - ${one()})`],
      [4, () => expr`${one()} * ${one("integer")}`],
      [4, () => expr`${one()} / ${this.literal("real")}`],
      [2, () => expr`${one("integer")} / 2.0`],
      [2, () => expr`${one("integer")} * 1.0 / ${one("integer")}`],
      [4, () => expr`round(${one()}, ${random.pick(["0", "1", "2", "2", "3"])})`],
      [2, () => expr`round(${one()})`],
      [2, () => expr`abs(${one()})`],
      [2, () => expr`cast(${one("integer")} as real)`],
      [this.#has("text", scope), () => expr`cast(${one("text")} as real)`],
      [1, () => expr`cast(${one()} as ${random.pick(["numeric", "decimal(10,2)", "double"])})`],
      [1, () => expr`- ${one()}`],
      [this.#has("date", scope), () => expr`julianday(${this.scalar("date", scope, 0)})`],
      [1, () => expr`${one()} % ${this.literal("integer")}`],
    ]);
    return choice();
  }

  #text(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    const one = (kind: Kind = "text"): Fragment => this.scalar(kind, scope, depth);
    const choice = random.weighted<() => Fragment>([
      [5, () => expr`${one()} || ${one()}`],
      [3, () => expr`${one()} || ' ' || ${one("integer")}`],
      [1, () => expr`${one()} || ${one("real")}`],
      [5, () => expr`${random.pick(["upper", "lower"])}(${one()})`],
      [4, () => expr`substr(${one()}, ${String(random.int(-3, 4))}, ${String(random.int(0, 4))})`],
      [2, () => expr`substr(${one()}, ${String(random.int(1, 4))})`],
      [3, () => expr`${random.pick(["trim", "ltrim", "rtrim"])}(${one()})`],
      [1, () => expr`${random.pick(["trim", "ltrim", "rtrim"])}(${one()}, ${this.literal("text")})`],
      [3, () => expr`replace(${one()}, ${this.literal("text")}, ${this.literal("text")})`],
      [2, () => expr`cast(${one("integer")} as text)`],
      [1, () => expr`cast(${one("real")} as ${random.pick(["text", "varchar(5)"])})`],
      [1, () => expr`typeof(${one(random.pick(KINDS))})`],
      [1, () => expr`hex(${one(random.pick<Kind>(["text", "blob"]))})`],
      [1, () => expr`quote(${one(random.pick(KINDS))})`],
      [1, () => expr`printf('%d-%s', ${one("integer")}, ${one()})`],
      [1, () => expr`printf('%.2f', ${one("real")})`],
      [0.2, () => expr`char(${String(random.int(65, 90))}, 97 + (${one("integer")}) % 20)`],
    ]);
    return choice();
  }

  #date(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    // Mostly of a column: a date function of a part of a date is rarely meant.
    const one = (): Fragment => this.scalar("date", scope, random.chance(0.85) ? 0 : depth);
    const modifier = (): string =>
      `'${
        random.pick([
          "+1 month",
          "-7 days",
          "start of month",
          "start of year",
          "+1 year",
          "weekday 0",
          "+36 hours",
          "-90 seconds",
          "+1.5 days",
          "+13 months",
          "start of day",
        ])
      }'`;
    const choice = random.weighted<() => Fragment>([
      [4, () => expr`date(${one()})`],
      [3, () => expr`date(${one()}, ${modifier()})`],
      [5, () => expr`strftime('${random.pick(["%Y-%m", "%Y", "%m", "%Y-%m-%d", "%w", "%j"])}', ${one()})`],
      [5, () => expr`substr(${one()}, 1, ${random.pick(["4", "7", "10"])})`],
      [1, () => expr`datetime(${one()})`],
      [1, () => expr`time(${one()})`],
      [1, () => expr`datetime(${one()}, ${modifier()})`],
    ]);
    return choice();
  }

  /** A condition in three-valued logic. */
  predicate(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    if (random.chance(this.#temper.traps)) return this.trap(TRAP_PREDICATES, scope);
    const deeper = (): Fragment => this.predicate(scope, depth - 1);
    if (depth > 0 && random.chance(0.4)) {
      const choice = random.weighted<() => Fragment>([
        [5, () => expr`${deeper()} and ${deeper()}`],
        [5, () => expr`(${deeper()} or ${deeper()})`],
        [2, () => expr`not (${deeper()})`],
        [1, () => expr`${deeper()} or ${deeper()} and ${deeper()}`],
      ]);
      return choice();
    }
    return this.#simplePredicate(scope, Math.max(0, depth - 1));
  }

  #simplePredicate(scope: Scope, depth: number): Fragment {
    const random = this.#random;
    const kind = this.#comparableKind(scope);
    const left = (): Fragment => this.scalar(kind, scope, depth);
    const subqueries = scope.subqueries;
    const texts = this.#has("text", scope);
    const not = random.chance(0.2) ? "not " : "";
    const choice = random.weighted<() => Fragment>([
      [18, () => this.#comparison(kind, scope, depth)],
      [4, () => expr`${left()} ${not}between ${this.#like(kind, scope)} and ${this.#like(kind, scope)}`],
      [5, () => this.#inList(kind, scope, depth, not)],
      [4, () => expr`${left()} is ${not}null`],
      [1, () => expr`${left()} ${random.pick(["isnull", "notnull"])}`],
      [2, () => expr`${left()} is ${not}${this.#like(kind, scope)}`],
      [5 * texts, () => expr`${this.scalar("text", scope, depth)} ${not}like ${this.#pattern(PATTERNS)}`],
      [texts, () => expr`${this.scalar("text", scope, depth)} ${not}like ${this.#pattern(PATTERNS)} escape '\\'`],
      [texts, () => expr`${this.scalar("text", scope, depth)} ${not}glob ${this.#pattern(GLOBS)}`],
      [1, () => expr`${this.scalar("integer", scope, depth)}`],
      [texts, () => expr`${this.scalar("text", scope, depth)} = ${this.literal("text")} collate nocase`],
      [
        1,
        () =>
          expr`(${this.scalar("integer", scope, 0)}, ${left()}) ${random.pick(["=", "<", "<>"])} (${
            this.literal("integer")
          }, ${this.#like(kind, scope)})`,
      ],
      [subqueries === null ? 0 : 3, () => expr`${left()} ${not}in (${subqueries!.oneColumn(kind, scope, false)})`],
      [subqueries === null ? 0 : 3, () => expr`${not}exists (${subqueries!.existence(scope)})`],
      [
        subqueries === null ? 0 : 3,
        () => expr`${left()} ${this.#operator()} (${subqueries!.oneColumn(kind, scope, true)})`,
      ],
    ]);
    return choice();
  }

  #operator(): string {
    return this.#random.pick(["=", "==", "<>", "!=", "<", "<=", ">", ">=", "<", ">=", "<", ">"]);
  }

  #comparison(kind: Kind, scope: Scope, depth: number): Fragment {
    const right = this.#random.chance(0.7) ? this.#like(kind, scope) : this.scalar(kind, scope, depth);
    return expr`${this.scalar(kind, scope, depth)} ${this.#operator()} ${right}`;
  }

  #inList(kind: Kind, scope: Scope, depth: number, not: string): Fragment {
    const count = this.#random.chance(0.03) ? 0 : this.#random.int(1, 5);
    const items = Array.from({ length: count }, () => this.#like(kind, scope));
    return expr`${this.scalar(kind, scope, depth)} ${not}in (${list(items)})`;
  }

  /** A constant that some column of the kind in scope may hold. */
  #like(kind: Kind, scope: Scope): Fragment {
    const column = this.column(kind, scope);
    if (this.#random.chance(this.#temper.wildness)) return this.literal(this.#random.pick(KINDS));
    return column === undefined ? this.literal(kind) : this.constant(column.flavour);
  }

  #pattern(patterns: readonly string[]): Fragment {
    const value = this.#random.pick(patterns);
    return this.#random.chance(this.#temper.parameters)
      ? expr`${{ kind: "parameter", value }}`
      : expr`${literalOf(value)}`;
  }

  /** A kind that the scope has columns of, mostly. */
  #comparableKind(scope: Scope): Kind {
    return scope.columns.length === 0 ? "integer" : this.#random.pick(scope.columns).kind;
  }

  /** An aggregate over the scope giving about the kind. */
  aggregate(kind: Kind, scope: Scope, depth: number): Fragment {
    const random = this.#random;
    if (random.chance(this.#temper.traps)) return this.trap(TRAP_AGGREGATES, scope);
    const filter = random.chance(0.08) ? plain` filter (where ${this.predicate(scope, 1)})` : text("");
    const distinct = random.chance(0.12) ? "distinct " : "";
    const one = (of: Kind): Fragment => this.scalar(of, scope, depth);
    const choice = random.weighted<() => Fragment>([
      [kind === "integer" ? 6 : 0, () => expr`count(*)${filter}`],
      [kind === "integer" ? 5 : 0, () => expr`count(${distinct}${one(this.#comparableKind(scope))})${filter}`],
      [kind === "integer" ? 5 : 0, () => expr`sum(${distinct}${one("integer")})${filter}`],
      [kind === "real" ? 7 : 0, () => expr`sum(${one("real")})${filter}`],
      [
        kind === "real" ? 5 : 0,
        () => expr`avg(${distinct}${one(this.kindIn(scope, [[1, "real"], [1, "integer"]]))})${filter}`,
      ],
      [kind === "real" ? 1 : 0, () => expr`total(${one(this.kindIn(scope, [[1, "real"], [1, "integer"]]))})${filter}`],
      [kind === "integer" ? 2 : 0, () => expr`sum(case when ${this.predicate(scope, 1)} then 1 else 0 end)`],
      [kind === "text" ? 0.3 : 0, () => expr`group_concat(${distinct}${one("text")})${filter}`],
      [kind === "text" ? 1 : 0, () => this.#orderedConcat(scope, depth)],
      [5, () => expr`${random.pick(["min", "max"])}(${one(kind)})${filter}`],
    ]);
    return choice();
  }

  #orderedConcat(scope: Scope, depth: number): Fragment {
    const value = this.scalar("text", scope, depth);
    return expr`group_concat(${value}, '|' order by ${value})`;
  }
}

/** NaN aside every value can be bound; an integral double would be bound as INTEGER, so it stays a literal. */
function bindable(value: ExactValue): boolean {
  return typeof value !== "number" || !Number.isInteger(value);
}
