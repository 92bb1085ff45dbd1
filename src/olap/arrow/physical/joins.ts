import { TEXT } from "../../../sql/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import type { JoinPlan, Plan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import { convert } from "./conditions.ts";
import type { Emitter } from "./emitter.ts";
import { type Consumer, filtered, type Needed, type Run, withColumns } from "./run.ts";
import { columnsReadBy, splitConjuncts } from "../plan/expr_walk.ts";
import { foldedText } from "../plan/fold_text.ts";
import type { Fragment } from "./fragment.ts";
import { GatheredRows } from "./gather.ts";
import { JoinTable } from "./join_table.ts";
import { integerBounds, KeyBitmap } from "./key_bitmap.ts";
import {
  definingCode,
  type KeyCode,
  type KeyForm,
  keyForm,
  NULL_CODE,
  nullSafeCodes,
  seekingCode,
} from "./key_codes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { NO_VALUES, readStored, type Relation, RelationBuilder, type StoredColumn } from "./relation.ts";
import type { Sharing } from "./team.ts";
import { keptWithin } from "./zone_pruning.ts";

/** A conjunct that equates something of the left side with something of the right. */
interface JoinKey {
  readonly left: PlanExpr;
  readonly right: PlanExpr;
  readonly compare: PlanExprOf<"compare">;
  /** Whether NULL is a value that equals itself. */
  readonly nullSafe: boolean;
}

interface Sides {
  readonly keys: readonly JoinKey[];
  /** Conditions on a pair of rows beyond the keys. */
  readonly rest: readonly PlanExpr[];
}

/** The right side of a join, held in memory. */
interface Held {
  readonly relation: Relation;
  /** `null` where there is no key, or where it matters only which keys there are. */
  readonly table: JoinTable | null;
  /** Which keys there are, where nothing else matters. */
  readonly present: KeyBitmap | null;
  readonly forms: readonly KeyForm[];
  /** Whether a row was left out because a key is NULL. */
  readonly nullKey: boolean;
}

/** Joins: the right side is held, by its keys where there are any, the left side streams past it. */
export function join(execution: Run, plan: JoinPlan, needed: Needed, consume: Consumer): void {
  const sides = splitOn(plan);
  const leftIds = new Set(plan.left.columns.map(({ id }) => id));
  const all = withColumns(needed, [plan.on]);
  const left = new Set([...all].filter((id) => leftIds.has(id)));
  const held = hold(execution, plan, sides, all);
  if (plan.type === "full") return fullJoin(execution, plan, sides, held, left, needed, consume);
  execution.produce(probing(execution, plan, sides, held), left, (e) => probe(e, plan, sides, held, consume));
}

/** The left side, without zones of its table in which no row can have a partner. */
function probing(execution: Run, plan: JoinPlan, { keys }: Sides, { table, present, forms }: Held): Plan {
  const [key] = keys;
  const range = table?.bounds ?? present ?? null;
  if ((plan.type !== "inner" && plan.type !== "semi") || range === null) return plan.left;
  if (keys.length !== 1 || key!.left.kind !== "column" || forms[0]?.kind !== "number") return plan.left;
  return keptWithin(plan.left, key!.left.id, range, (table) => execution.context.table(table));
}

function splitOn(plan: JoinPlan): Sides {
  const left = new Set(plan.left.columns.map(({ id }) => id));
  const right = new Set(plan.right.columns.map(({ id }) => id));
  const keys: JoinKey[] = [];
  const rest: PlanExpr[] = [];
  const threeValued = plan.type === "mark" && plan.threeValued;
  const conjuncts = splitConjuncts(plan.on);
  for (const conjunct of conjuncts) {
    const key = conjunct.kind === "compare" ? keyOf(conjunct, left, right) : null;
    // A comparison that may be unknown decides between 0 and NULL: then every pair counts, unless it is the only one.
    const unsure = threeValued && conjuncts.length > 1 && conjunct.type.nullable;
    if (key === null || unsure) rest.push(conjunct);
    else keys.push(key);
  }
  return { keys, rest };
}

function keyOf(compare: PlanExprOf<"compare">, left: Needed, right: Needed): JoinKey | null {
  if (compare.operator !== "=" && compare.operator !== "is") return null;
  const reads = (expr: PlanExpr, side: Needed) => {
    const columns = columnsReadBy(expr);
    return columns.size > 0 && [...columns].every((id) => side.has(id));
  };
  const sides = [comparedText(compare.left, compare), comparedText(compare.right, compare)];
  const [one, other] = sides;
  if (!one || !other) return null;
  // Where one side is never NULL, `=` and IS hold for the same pairs.
  const nullSafe = compare.operator === "is" && compare.left.type.nullable && compare.right.type.nullable;
  if (reads(one, left) && reads(other, right)) return { left: one, right: other, compare, nullSafe };
  if (reads(other, left) && reads(one, right)) return { left: other, right: one, compare, nullSafe };
  return null;
}

/** A side of a comparison as it compares bytewise; `null` where no value stands for those equal to it. */
function comparedText(side: PlanExpr, { compareCollation, conversion }: PlanExprOf<"compare">): PlanExpr | null {
  if (compareCollation === "BINARY" || (side.type.classes & TEXT) === 0) return side;
  return conversion === "numeric" ? null : foldedText(side, compareCollation);
}

/** Runs the right side and keeps the columns needed, and the codes of its keys. */
function hold(execution: Run, plan: JoinPlan, sides: Sides, needed: Needed): Held {
  const { keys } = sides;
  const ids = plan.right.columns.map(({ id }) => id).filter((id) => needed.has(id));
  const { budget } = execution.context;
  const builder = new RelationBuilder(budget);
  const forms: KeyForm[] = [];
  const nulls = new Uint8Array(1);
  const below = withColumns(new Set(ids), keys.map((key) => key.right));
  execution.produce(plan.right, below, (e) => {
    builder.begin(e);
    e.share(heldRows(builder, nulls, budget));
    const append = (codes: readonly Fragment[]) => {
      const values = [...ids.map((id) => e.column(id)), ...codes];
      builder.prepare(e, values);
      builder.emitAppend(e, values);
    };
    const codes = keys.flatMap((key, at) => {
      const value = convert(e, e.compile(key.right), key.compare.conversion);
      const form = forms[at] ??= keyForm(value, budget);
      const code = value.rep === "null" ? NULL_CODE : definingCode(e, value, form);
      return key.nullSafe ? nullSafeCodes(e, code) : [code];
    });
    const fragments = codes.map((code): Fragment => {
      const range = code.small && code.range === null ? { least: -(2 ** 31), most: 2 ** 31 - 1 } : code.range;
      return { rep: "int", code: code.code, isNull: null, range };
    });
    const isNull = codes.map((code) => code.isNull).filter((test) => test !== null);
    // A row whose key is NULL finds no partner; only a full join shows it all the same.
    if (isNull.length === 0 || plan.type === "full") {
      append(fragments.map((one, at) => codes[at]!.isNull === null ? one : nanWhere(e, one, codes[at]!.isNull!)));
    } else {
      e.block(`if (!(${isNull.join(" || ")}))`, () => append(fragments));
      e.line(`else ${e.bind("nulls", nulls)}[0] = 1;`);
    }
    builder.end();
  });
  const stored = builder.columns;
  const relation: Relation = {
    rowCount: builder.count,
    columns: new Map(ids.map((id, at) => [id, stored[at] ?? NO_VALUES])),
    order: null,
  };
  const codes = keys.flatMap(({ nullSafe }) => nullSafe ? [0, 1] : [0]).map((_, at) =>
    stored[ids.length + at] ?? EMPTY_CODES
  );
  const { count } = builder;
  const present = asksOnlyForKey(plan, sides)
    ? KeyBitmap.of(codes[0]!, integerBounds(codes[0]!, count), count, execution.context)
    : null;
  const table = keys.length === 0 || present !== null ? null : new JoinTable(codes, count, execution.context);
  return { relation, table, present, forms, nullKey: nulls[0] === 1 };
}

/** Whether a row of the left side asks for nothing but whether its one key is held. */
function asksOnlyForKey({ type }: JoinPlan, { keys, rest }: Sides): boolean {
  return (type === "semi" || type === "anti" || type === "mark") && rest.length === 0 && keys.length === 1 &&
    !keys[0]!.nullSafe;
}

/** The rows of all threads, and whether any of them met a NULL key. */
function heldRows(builder: RelationBuilder, nulls: Uint8Array, budget: MemoryBudget): Sharing {
  const rows = new GatheredRows(builder, budget);
  return {
    divided: true,
    begin: (stretch) => rows.begin(stretch),
    gather: (team) => {
      rows.gather(team);
      if (team.exchange(nulls[0]).includes(1)) nulls[0] = 1;
    },
  };
}

const EMPTY_CODES: StoredColumn = {
  rep: "int",
  data: new Int32Array(0),
  nulls: null,
  integers: null,
  heap: null,
  range: null,
};

/** A code that equals nothing where the key is NULL. */
function nanWhere(e: Emitter, code: Fragment, isNull: string): Fragment {
  const name = e.fresh("key");
  e.line(`const ${name} = ${isNull} ? NaN : ${code.code};`);
  return { rep: "real", code: name, isNull: null, range: null };
}

/** How generated code walks over candidates. */
interface Walk {
  readonly first: string;
  next(row: string): string | null;
  /** Whether a candidate's keys differ; `null` when they cannot. */
  same(row: string): string | null;
  /** Whether the walk is past its last candidate. */
  over(row: string): string;
}

/** Emits the codes of the keys of a left row. */
function leftCodes(e: Emitter, { keys }: Sides, held: Held): KeyCode[] {
  return keys.flatMap((key, at) => {
    const value = convert(e, e.compile(key.left), key.compare.conversion);
    const code = seekingCode(e, value, held.forms[at] ?? { kind: "number" });
    return key.nullSafe ? nullSafeCodes(e, code) : [code];
  });
}

function walkOf(e: Emitter, sides: Sides, held: Held): Walk {
  if (held.table === null) {
    const count = e.bind("rowCount", held.relation.rowCount);
    return { first: "0", next: (row) => `${row} + 1`, same: () => null, over: (row) => `${row} >= ${count}` };
  }
  const seek = held.table.emitSeek(e, leftCodes(e, sides, held));
  return {
    first: seek.first,
    next: (row) => seek.next?.(row) ?? null,
    same: (row) => seek.same?.(row) ?? null,
    // A key that is no integer finds nothing at all in a direct table: its candidate is NaN.
    over: (row) => `!(${row} >= 0)`,
  };
}

function defineRight(e: Emitter, held: Held, row: string, absent: string | null): void {
  for (const [id, column] of held.relation.columns) e.define(id, () => readStored(e, column, row, absent));
}

/** Emits looking up the partners of a left row. */
function probe(e: Emitter, plan: JoinPlan, sides: Sides, held: Held, consume: Consumer): void {
  switch (plan.type) {
    case "inner":
      return emitWalk(e, sides, held, (row) => {
        defineRight(e, held, row, null);
        filtered(e, sides.rest, consume);
      });
    case "semi":
    case "anti": {
      const found = emitFound(e, sides, held);
      return e.block(`if (${plan.type === "semi" ? "" : "!"}${found})`, () => consume(e));
    }
    case "mark":
      return mark(e, plan, sides, held, consume);
    case "left":
    case "single":
      return outer(e, sides, held, refuseFurther(e, plan), consume);
    case "full":
      throw new TypeError("a full join does not stream");
  }
}

/** Emits a loop over the candidates that have the keys. */
function emitWalk(e: Emitter, sides: Sides, held: Held, body: (row: string) => void): void {
  const walk = walkOf(e, sides, held);
  const row = e.fresh("b");
  const same = walk.same(row);
  const next = walk.next(row);
  const inside = () => same === null ? body(row) : e.block(`if (${same})`, () => body(row));
  if (next === null) {
    e.line(`const ${row} = ${walk.first};`);
    return e.block(`if (!(${walk.over(row)}))`, inside);
  }
  e.block(`for (let ${row} = ${walk.first}; !(${walk.over(row)}); ${row} = ${next})`, () => {
    emitTick(e, held);
    inside();
  });
}

/** Without keys a row meets every other: long enough to look whether the statement was cancelled. */
function emitTick(e: Emitter, held: Held): void {
  if (held.table !== null) return;
  const ticks = e.fresh("ticks");
  e.prologue.push(`let ${ticks} = 0;`);
  e.line(`if ((++${ticks} & 0xfffff) === 0) checkCancelled();`);
}

function emitFound(e: Emitter, sides: Sides, held: Held): string {
  const found = e.fresh("found");
  if (held.present !== null) {
    const [code] = leftCodes(e, sides, held);
    const test = held.present.emitTest(e, code!, true);
    e.line(`const ${found} = ${code!.isNull === null ? "" : `!(${code!.isNull}) && `}${test};`);
    return found;
  }
  e.line(`let ${found} = false;`);
  const walk = walkOf(e, sides, held);
  const row = e.fresh("b");
  const [same, next] = [walk.same(row), walk.next(row)];
  e.block(`for (let ${row} = ${walk.first}; !(${walk.over(row)}); ${row} = ${next ?? "-1"})`, () => {
    emitTick(e, held);
    defineRight(e, held, row, null);
    const hit = (inner: Emitter) => inner.line(`${found} = true; break;`);
    if (same === null) filtered(e, sides.rest, hit);
    else e.block(`if (${same})`, () => filtered(e, sides.rest, hit));
    if (next === null) e.line("break;");
  });
  return found;
}

function mark(e: Emitter, plan: JoinPlan, sides: Sides, held: Held, consume: Consumer): void {
  const range = { least: 0, most: 1 };
  const id = plan.mark!.id;
  if (plan.threeValued && plan.on !== null && plan.on.type.nullable) {
    const [found, unknown] = sides.rest.length === 0 && sides.keys.length === 1
      ? keyMark(e, sides, held)
      : pairwiseMark(e, sides, held);
    const value = e.fresh("mark");
    e.line(`const ${value} = ${found} ? 1 : 0;`);
    e.define(id, () => ({ rep: "int", code: value, isNull: `(!${found} && ${unknown})`, range }));
  } else {
    const found = emitFound(e, sides, held);
    const value = e.fresh("mark");
    e.line(`const ${value} = ${found} ? 1 : 0;`);
    e.define(id, () => ({ rep: "int", code: value, isNull: null, range }));
  }
  consume(e);
}

/** Whether a value is among those held, and if not, whether that is unknown because one of them, or it, is NULL. */
function keyMark(e: Emitter, sides: Sides, held: Held): [string, string] {
  const found = emitFound(e, sides, held);
  const empty = held.relation.rowCount === 0 && !held.nullKey;
  if (empty) return [found, "false"];
  if (held.nullKey) return [found, "true"];
  const [key] = sides.keys;
  return [found, convert(e, e.compile(key!.left), key!.compare.conversion).isNull ?? "false"];
}

/** The same for several comparisons at once: pair by pair. */
function pairwiseMark(e: Emitter, sides: Sides, held: Held): [string, string] {
  const [found, unknown] = [e.fresh("found"), e.fresh("unknown")];
  e.line(`let ${found} = false, ${unknown} = false;`);
  const walk = walkOf(e, sides, held);
  const row = e.fresh("b");
  const [same, next] = [walk.same(row), walk.next(row)];
  e.block(`for (let ${row} = ${walk.first}; !(${walk.over(row)}); ${row} = ${next ?? "-1"})`, () => {
    emitTick(e, held);
    defineRight(e, held, row, null);
    const test = () => {
      const holds = sides.rest.map((expr) => e.condition(expr, true)).join(" && ") || "true";
      const fails = sides.rest.map((expr) => e.condition(expr, false)).join(" || ") || "false";
      e.line(`if (${holds}) { ${found} = true; break; } else if (!(${fails})) ${unknown} = true;`);
    };
    if (same === null) test();
    else e.block(`if (${same})`, test);
    if (next === null) e.line("break;");
  });
  return [found, unknown];
}

/** Left rows with their partners, or once alone. `meet`: emits what becomes of a partner first, `matched` telling whether it is not the first. */
function outer(
  e: Emitter,
  sides: Sides,
  held: Held,
  meet: (partner: string, matched: string) => void,
  consume: Consumer,
): void {
  const walk = walkOf(e, sides, held);
  const [row, matched] = [e.fresh("b"), e.fresh("matched")];
  const [same, next] = [walk.same(row), walk.next(row)];
  const over = walk.over(row);
  e.line(`let ${matched} = false;`);
  e.block(`for (let ${row} = ${walk.first}; ; ${row} = ${next ?? "-1"})`, () => {
    e.block(`if (${over})`, () => e.line(`if (${matched}) break;`));
    e.block("else", () => {
      emitTick(e, held);
      if (same !== null) e.line(`if (!(${same})) continue;`);
      defineRight(e, held, row, null);
      for (const expr of sides.rest) e.line(`if (!${e.condition(expr, true)}) continue;`);
      meet(row, matched);
      e.line(`${matched} = true;`);
    });
    e.block("", () => {
      defineRight(e, held, row, over);
      consume(e);
    });
    e.line(`if (${over}) break;`);
  });
}

/** Refuses a second partner, for a join that may have one only. */
function refuseFurther(e: Emitter, { type }: JoinPlan): (partner: string, matched: string) => void {
  if (type !== "single") return () => {};
  return (_, matched) => e.line(`if (${matched}) ${e.bind("refuse", refuseSecond)}();`);
}

function refuseSecond(): never {
  throw new RuntimeDecline("a subquery that gives more than one row");
}

/** A full join: first the left rows as in a left join, remembering which right rows found a partner, then the others. */
function fullJoin(
  execution: Run,
  plan: JoinPlan,
  sides: Sides,
  held: Held,
  left: Needed,
  needed: Needed,
  consume: Consumer,
): void {
  const ids: ColumnId[] = plan.columns.map(({ id }) => id).filter((id) => needed.has(id));
  const matched = new Uint8Array(held.relation.rowCount);
  const builder = new RelationBuilder(execution.context.budget);
  const append = (e: Emitter) => {
    builder.begin(e);
    const values = ids.map((id) => e.column(id));
    builder.prepare(e, values);
    builder.emitAppend(e, values);
    builder.end();
  };
  execution.produce(plan.left, left, (e) => {
    const flags = e.bindArray("matched", matched);
    outer(e, sides, held, (partner) => e.line(`${flags}[${partner}] = 1;`), append);
  });
  const leftIds = new Set(plan.left.columns.map(({ id }) => id));
  execution.pipeline(held.relation.rowCount, (e) => {
    e.block("for (let row = begin; row < end; row++)", () => {
      e.line(`if (${e.bindArray("matched", matched)}[row] === 1) continue;`);
      for (const id of leftIds) e.define(id, () => ({ rep: "null", code: "null", isNull: "true" }));
      defineRight(e, held, "row", null);
      append(e);
    });
  });
  execution.scanRelation(builder.finish(ids), consume);
}
