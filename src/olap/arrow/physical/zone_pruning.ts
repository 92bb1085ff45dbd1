import type { ExactValue, MirrorTable } from "../../../types/mod.ts";
import { columnExpr, compareExpr, literalExpr, logicExpr } from "../plan/build_expr.ts";
import type { Plan, ScanPlan } from "../plan/plan.ts";
import type { ColumnId, PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import {
  type ColumnView,
  type TableSnapshot,
  type ValueRange,
  ZONE_ROWS,
  type ZoneRanges,
} from "../storage/table_snapshot.ts";

/** The zones of a table in which rows may satisfy a scan's predicates. */
export class VisitedZones {
  readonly #visited: Uint8Array;

  constructor(visited: Uint8Array) {
    this.#visited = visited;
  }

  /** By zone: 1 where rows may satisfy the predicates. */
  get flags(): Uint8Array {
    return this.#visited;
  }

  /** Whether a row of a stretch may satisfy the predicates. Called by generated code. */
  visits(begin: number, end: number): boolean {
    const last = Math.floor((end - 1) / ZONE_ROWS);
    for (let zone = Math.floor(begin / ZONE_ROWS); zone <= last; zone++) if (this.#visited[zone] === 1) return true;
    return false;
  }
}

/** Whether a predicate may be true of a row of a zone. */
type ZoneTest = (zone: number) => boolean;

/** Which zones a scan has to read for rows that satisfy all predicates; `null` for all of them. */
export function visitedZones(
  snapshot: TableSnapshot,
  scan: ScanPlan,
  predicates: readonly PlanExpr[],
): VisitedZones | null {
  const views = new Map(scan.columns.map(({ id }, at) => [id, snapshot.columns[scan.indexes[at]!]!]));
  const tests = predicates.map((predicate) => zoneTest(predicate, views)).filter((test) => test !== null);
  if (tests.length === 0) return null;
  const visited = Uint8Array.from(
    { length: Math.ceil(snapshot.positionCount / ZONE_ROWS) },
    (_, zone) => tests.every((test) => test(zone)) ? 1 : 0,
  );
  return visited.includes(0) ? new VisitedZones(visited) : null;
}

/** A plan without rows whose column lies outside of the range, as far as that spares zones of the scan below; else the plan itself. */
export function keptWithin(
  plan: Plan,
  column: ColumnId,
  range: ValueRange,
  snapshotOf: (table: MirrorTable) => TableSnapshot,
): Plan {
  const below = (input: Plan) => keptWithin(input, column, range, snapshotOf);
  switch (plan.kind) {
    case "scan": {
      const found = plan.columns.find(({ id }) => id === column);
      if (found === undefined) return plan;
      const [least, most] = [literalExpr(range.least), literalExpr(range.most)];
      const value = columnExpr(found);
      const predicate = logicExpr("and", compareExpr(">=", value, least), compareExpr("<=", value, most));
      if (visitedZones(snapshotOf(plan.table), plan, [predicate]) === null) return plan;
      return { kind: "filter", input: plan, predicate, columns: plan.columns };
    }
    case "filter": {
      const input = below(plan.input);
      if (input === plan.input) return plan;
      // One filter of both, for a scan looks no further up than to the filter above it.
      if (input.kind !== "filter" || plan.input.kind === "filter") return { ...plan, input };
      return { ...plan, input: input.input, predicate: logicExpr("and", input.predicate, plan.predicate) };
    }
    case "join": {
      if (plan.type === "full" || !plan.left.columns.some(({ id }) => id === column)) return plan;
      const left = below(plan.left);
      return left === plan.left ? plan : { ...plan, left };
    }
    default:
      return plan;
  }
}

/** `null` where the bounds of zones tell nothing. */
function zoneTest(expr: PlanExpr, views: ReadonlyMap<ColumnId, ColumnView>): ZoneTest | null {
  switch (expr.kind) {
    case "logic": {
      const [left, right] = [zoneTest(expr.left, views), zoneTest(expr.right, views)];
      if (expr.operator === "and") return left === null || right === null ? left ?? right : both(left, right);
      return left === null || right === null ? null : (zone) => left(zone) || right(zone);
    }
    case "compare":
      return compareZones(expr, views);
    case "inList":
      return inListZones(expr, views);
    default:
      return null;
  }
}

function both(left: ZoneTest, right: ZoneTest): ZoneTest {
  return (zone) => left(zone) && right(zone);
}

const MIRRORED = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function compareZones(expr: PlanExprOf<"compare">, views: ReadonlyMap<ColumnId, ColumnView>): ZoneTest | null {
  const { operator, left, right } = expr;
  if (!(operator in MIRRORED) || expr.conversion === "text") return null;
  const symbol = operator as keyof typeof MIRRORED;
  const ranges = rangesOf(left, views);
  if (ranges !== null) return boundTest(ranges, symbol, numberOf(right));
  const others = rangesOf(right, views);
  return others === null ? null : boundTest(others, MIRRORED[symbol], numberOf(left));
}

function inListZones(expr: PlanExprOf<"inList">, views: ReadonlyMap<ColumnId, ColumnView>): ZoneTest | null {
  const ranges = rangesOf(expr.operand, views);
  if (expr.negated || expr.conversion === "text" || ranges === null) return null;
  const tests = expr.items.map((item) => boundTest(ranges, "=", numberOf(item)));
  return tests.includes(null) ? null : (zone) => tests.some((test) => test!(zone));
}

/** The bounds of a column of numbers: those of its NULLs, which satisfy no comparison, are none. */
function rangesOf(expr: PlanExpr, views: ReadonlyMap<ColumnId, ColumnView>): ZoneRanges | null {
  if (expr.kind !== "column") return null;
  const data = views.get(expr.id)?.data;
  return data !== undefined && "zones" in data ? data.zones : null;
}

/** A constant number: one that a conversion to numbers leaves as it is. */
function numberOf(expr: PlanExpr): bigint | number | null {
  const value: ExactValue = expr.kind === "literal" ? expr.value : null;
  return typeof value === "bigint" || typeof value === "number" ? value : null;
}

function boundTest(
  { least, most }: ZoneRanges,
  operator: keyof typeof MIRRORED,
  bound: bigint | number | null,
): ZoneTest | null {
  if (bound === null) return null;
  // JavaScript compares a double with a BigInt exactly.
  switch (operator) {
    case "=":
      return (zone) => least[zone]! <= bound && bound <= most[zone]!;
    case "<":
      return (zone) => least[zone]! < bound;
    case "<=":
      return (zone) => least[zone]! <= bound;
    case ">":
      return (zone) => most[zone]! > bound;
    case ">=":
      return (zone) => most[zone]! >= bound;
  }
}
