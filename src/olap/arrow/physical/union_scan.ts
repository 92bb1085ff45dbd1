import { invariant } from "../../../errors/mod.ts";
import { splitConjuncts } from "../plan/expr_walk.ts";
import type { Plan, ScanPlan, SetOperationPlan } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { type TableSnapshot, ZONE_ROWS } from "../storage/table_snapshot.ts";
import { boxed, commonRep, integerTest, textOf } from "./conversions.ts";
import type { Captured, Emitter, LateLine } from "./emitter.ts";
import { eitherNull, type Fragment, type Rep, unionRange } from "./fragment.ts";
import { type JoinedTexts, joinedTexts } from "./joined_texts.ts";
import { type Consumer, filtered, type Needed, type Run } from "./run.ts";
import { SnapshotReader } from "./scan.ts";
import type { BytesHeap } from "./text_heaps.ts";
import { VisitedZones, visitedZones } from "./zone_pruning.ts";

/** Distinct texts up to which the dictionaries of a column become one; more are read as strings. */
const JOINED_TEXTS_MAX = 1 << 17;

/** A side of a UNION ALL that reads one table: rows `first … first + rows` of the whole are its positions. */
interface Arm {
  readonly plan: Plan;
  readonly snapshot: TableSnapshot;
  readonly first: number;
}

/** What an arm emitted, and where it hands its values over. */
interface EmittedArm {
  readonly lines: Captured<unknown>;
  readonly values: readonly Fragment[];
  readonly handOver: LateLine;
}

/**
 * Pushes the rows of a UNION ALL over tables into the consumer as one table's, without keeping them: one loop runs over the positions
 * of all tables. `null` where a side is more than a table with filters and computed columns.
 */
export function unionScan(run: Run, plan: SetOperationPlan, needed: Needed, consume: Consumer): true | null {
  const plans = armsOf(plan);
  if (plans === null) return null;
  const { arms, total, zones } = layOut(run, plans);
  const places = plan.columns.flatMap(({ id }, at) => (needed.has(id) ? [at] : []));
  run.pipeline(total, (e) => {
    const test = zones === null ? "" : `if (${e.bind("zones", zones)}.visits(begin, end)) `;
    e.block(`${test}for (let row = begin; row < end; row++)`, () => {
      const met = e.fresh("met");
      e.line(`let ${met} = false;`);
      const texts = places.map((at) => textsOf(run, arms, at));
      const emitted = arms.map((arm, index) => emitArm(run, e, arm, places, (at) => texts[at]?.[index] ?? null));
      const columns = places.map((_, at) => new UnionColumn(e, emitted.map(({ values }) => values[at]!)));
      emitted.forEach(({ lines, values, handOver }, index) => {
        handOver.text = [...columns.map((column, at) => column.assign(e, values[at]!)), `${met} = true;`].join(" ");
        const end = arms[index + 1]?.first ?? total;
        e.block(`${index === 0 ? "" : "else "}if (row < ${e.bind("end", end)})`, () => e.place(lines));
      });
      e.line(`if (!${met}) continue;`);
      places.forEach((place, at) => e.define(plan.columns[place]!.id, () => columns[at]!.fragment));
      consume(e);
    });
  });
  return true;
}

/** The sides of a UNION ALL, nested ones side by side. */
function armsOf(plan: Plan): Plan[] | null {
  if (plan.kind !== "setOperation" || plan.operator !== "unionAll") return scanOf(plan) === null ? null : [plan];
  const [left, right] = [armsOf(plan.left), armsOf(plan.right)];
  return left === null || right === null ? null : [...left, ...right];
}

function scanOf(plan: Plan): ScanPlan | null {
  if (plan.kind === "scan") return plan;
  return plan.kind === "filter" || plan.kind === "project" ? scanOf(plan.input) : null;
}

/** The predicates right above the scan: those that bounds of zones may exclude. */
function predicatesOf(plan: Plan): readonly PlanExpr[] {
  if (plan.kind === "filter" && plan.input.kind === "scan") return splitConjuncts(plan.predicate);
  return plan.kind === "filter" || plan.kind === "project" ? predicatesOf(plan.input) : [];
}

/** One numbering of the rows of all arms. Where zones are passed over each arm begins a zone, which leaves gaps. */
function layOut(run: Run, plans: readonly Plan[]): { arms: Arm[]; total: number; zones: VisitedZones | null } {
  const scans = plans.map((plan) => {
    const scan = scanOf(plan);
    invariant(scan !== null, "an arm reads one table");
    const snapshot = run.context.table(scan.table);
    return { plan, snapshot, zones: visitedZones(snapshot, scan, predicatesOf(plan)) };
  });
  const pruned = scans.some(({ zones }) => zones !== null);
  const flags: number[] = [];
  let total = 0;
  const arms = scans.map(({ plan, snapshot, zones }, index): Arm => {
    const first = total;
    const count = Math.ceil(snapshot.positionCount / ZONE_ROWS);
    flags.push(...zones?.flags ?? new Array<number>(count).fill(1));
    const isLast = index === scans.length - 1;
    total += pruned && !isLast ? count * ZONE_ROWS : snapshot.positionCount;
    return { plan, snapshot, first };
  });
  return { arms, total, zones: pruned ? new VisitedZones(Uint8Array.from(flags)) : null };
}

/** Emits an arm apart: its row's values at the place where it satisfies all predicates. */
function emitArm(
  run: Run,
  e: Emitter,
  { plan, snapshot, first }: Arm,
  places: readonly number[],
  textsAt: (at: number) => JoinedTexts | null,
): EmittedArm {
  const values: Fragment[] = [];
  let handOver: LateLine | null = null;
  const lines = e.capture(() => {
    const position = e.fresh("i");
    e.line(`const ${position} = row - ${e.bind("first", first)};`);
    e.line(`if (${position} >= ${e.bind("positions", snapshot.positionCount)}) continue;`);
    emitRows(run, e, plan, snapshot, position, () => {
      const columns: readonly PlanColumn[] = plan.columns;
      places.forEach((place, at) => values.push(shared(e, e.column(columns[place]!.id), textsAt(at))));
      handOver = e.later();
    });
  });
  invariant(handOver !== null, "an arm hands its rows over");
  return { lines, values, handOver };
}

function emitRows(
  run: Run,
  e: Emitter,
  plan: Plan,
  snapshot: TableSnapshot,
  position: string,
  body: () => void,
): void {
  switch (plan.kind) {
    case "scan": {
      const { deleted } = snapshot;
      if (deleted !== null) {
        e.line(`if (${e.bindArray("deleted", deleted)}[${position} >> 3] >> (${position} & 7) & 1) continue;`);
      }
      const reader = new SnapshotReader(e, snapshot, run.context.heaps, position);
      plan.columns.forEach((column, at) => e.define(column.id, () => reader.column(plan.indexes[at]!)));
      return body();
    }
    case "filter":
      return emitRows(
        run,
        e,
        plan.input,
        snapshot,
        position,
        () => filtered(e, splitConjuncts(plan.predicate), body),
      );
    case "project":
      return emitRows(run, e, plan.input, snapshot, position, () => {
        for (const { column, expr } of plan.outputs) {
          if (expr.kind === "column" && expr.id === column.id) continue;
          e.define(column.id, () => e.compile(expr));
        }
        body();
      });
    default:
      invariant(false, "an arm reads one table");
  }
}

/** A value in a form that does not depend on the arm: texts by their index among those of all arms, or as strings. */
function shared(e: Emitter, value: Fragment, texts: JoinedTexts | null): Fragment {
  if (value.rep !== "text") return value;
  if (texts === null) return { rep: "string", code: textOf(e, value), isNull: value.isNull };
  const code = texts.indexes === null ? value.code : `${e.bindArray("joined", texts.indexes)}[${value.code}]`;
  return { ...value, code, heap: { variable: e.bind("heap", texts.heap), heap: texts.heap } };
}

/** How each arm's texts are found among those of all, where all come from dictionaries. */
function textsOf(run: Run, arms: readonly Arm[], place: number): (JoinedTexts | null)[] | null {
  const heaps: (BytesHeap | null)[] = [];
  for (const { plan, snapshot } of arms) {
    const heap = heapOf(run, plan, snapshot, plan.columns[place]!.id);
    if (heap === "other") return null;
    heaps.push(heap);
  }
  const present = heaps.filter((heap) => heap !== null);
  // Every change of one of them has them joined anew.
  if (present.length === 0 || present.reduce((sum, { count }) => sum + count, 0) > JOINED_TEXTS_MAX) return null;
  const joined = joinedTexts(present);
  return heaps.map((heap) => heap === null ? null : joined[present.indexOf(heap)]!);
}

/** The dictionary whose texts a column shows, `null` for one that is always NULL. */
function heapOf(run: Run, plan: Plan, snapshot: TableSnapshot, id: number): BytesHeap | null | "other" {
  switch (plan.kind) {
    case "scan": {
      const view = snapshot.columns[plan.indexes[plan.columns.findIndex((column) => column.id === id)]!]!;
      return view.data.kind === "dictionary" ? run.context.heaps.of(view, snapshot)! : "other";
    }
    case "filter":
      return heapOf(run, plan.input, snapshot, id);
    case "project": {
      const { expr } = plan.outputs.find(({ column }) => column.id === id)!;
      if (expr.kind === "column") return heapOf(run, plan.input, snapshot, expr.id);
      return expr.kind === "literal" && expr.value === null ? null : "other";
    }
    default:
      return "other";
  }
}

const EMPTY: Readonly<Record<Rep, string>> = {
  int: "0",
  real: "0",
  number: "0",
  text: "0",
  string: '""',
  boxed: "null",
  null: "null",
};

/** A column of the union: variables that the row's arm fills. */
class UnionColumn {
  readonly fragment: Fragment;
  readonly #rep: Rep;
  readonly #value: string;
  readonly #isNull: string | null;
  readonly #integer: string;

  constructor(e: Emitter, values: readonly Fragment[]) {
    this.#rep = commonRep(values);
    this.#value = e.fresh("u");
    this.#integer = e.fresh("whole");
    const nullable = this.#rep !== "boxed" && eitherNull(...values.map(({ isNull }) => isNull)) !== null;
    this.#isNull = nullable ? e.fresh("un") : null;
    e.line(`let ${this.#value} = ${EMPTY[this.#rep]};`);
    if (nullable) e.line(`let ${this.#isNull} = false;`);
    if (this.#rep === "number") e.line(`let ${this.#integer} = false;`);
    this.fragment = this.#fragmentOf(values.filter(({ rep }) => rep !== "null"));
  }

  #fragmentOf(values: readonly Fragment[]): Fragment {
    const [code, isNull] = [this.#value, this.#isNull];
    const ranges = values.map((value) => "range" in value ? value.range : null);
    const range = ranges.length === 0 ? null : ranges.reduce(unionRange);
    switch (this.#rep) {
      case "null":
        return { rep: "null", code: "null", isNull: "true" };
      case "boxed":
        return { rep: "boxed", code, isNull: `${code} === null` };
      case "string":
        return { rep: "string", code, isNull };
      case "text": {
        const [first] = values;
        invariant(first?.rep === "text", "all arms give the same texts");
        return { rep: "text", code, isNull, heap: first.heap };
      }
      case "number":
        return { rep: "number", code, isNull, range, integer: this.#integer };
      default:
        return { rep: this.#rep, code, isNull, range };
    }
  }

  /** Statements that take over an arm's value. */
  assign(e: Emitter, value: Fragment): string {
    if (this.#rep === "null") return "";
    if (value.rep === "null") return this.#isNull === null ? "" : `${this.#isNull} = true;`;
    const code = this.#rep === "boxed" ? boxed(e, value) : value.code;
    const isNull = this.#isNull === null || value.isNull === null ? "" : ` ${this.#isNull} = ${value.isNull};`;
    const integer = this.#rep === "number" ? ` ${this.#integer} = ${integerTest(value)};` : "";
    return `${this.#value} = ${code};${isNull}${integer}`;
  }
}
