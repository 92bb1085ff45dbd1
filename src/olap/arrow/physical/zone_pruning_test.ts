import assert from "node:assert/strict";
import type { CompareOperator } from "../../../sql/mod.ts";
import { bare, columnExpr, compareExpr, literalExpr, logicExpr, notExpr, truth } from "../plan/build_expr.ts";
import type { Plan, ScanPlan } from "../plan/plan.ts";
import type { PlanExpr } from "../plan/plan_expr.ts";
import { type TableSnapshot, ZONE_ROWS } from "../storage/table_snapshot.ts";
import { keptWithin, visitedZones } from "./zone_pruning.ts";

const COLUMN = { id: 7, name: "v", type: { classes: 1, nullable: true, canonical: true, truth: false } };
const V = columnExpr(COLUMN);

/** Zones of 0 … 9, 10 … 19, nothing but NULL, and 2^53 … 2^53; the last one is short. */
const SNAPSHOT = {
  positionCount: 3 * ZONE_ROWS + 10,
  columns: [{
    data: {
      kind: "float64",
      values: new Float64Array(0),
      zones: {
        least: Float64Array.of(0, 10, Infinity, 2 ** 53),
        most: Float64Array.of(9, 19, -Infinity, 2 ** 53),
      },
    },
  }],
} as unknown as TableSnapshot;
const SCAN = { kind: "scan", columns: [COLUMN], indexes: [0] } as unknown as ScanPlan;

function is(operator: CompareOperator, value: bigint | number | string): PlanExpr {
  return compareExpr(operator, V, literalExpr(value));
}

function among(negated: boolean, ...values: (bigint | number)[]): PlanExpr {
  const items = values.map(literalExpr);
  const rule = { conversion: "none", compareCollation: "BINARY" } as const;
  return { kind: "inList", operand: V, items, negated, ...rule, ...bare(truth(true)) };
}

function zonesFor(...predicates: PlanExpr[]): number[] {
  const zones = visitedZones(SNAPSHOT, SCAN, predicates);
  return [0, 1, 2, 3].filter((zone) => zones?.visits(zone * ZONE_ROWS, zone * ZONE_ROWS + 1) ?? true);
}

const ALL = [0, 1, 2, 3];

const CASES: Readonly<Record<string, readonly [predicate: PlanExpr, zones: readonly number[]]>> = {
  "=": [is("=", 12n), [1]],
  "= a fraction": [is("=", 9.5), []],
  "= beyond the doubles": [is("=", 2n ** 53n + 1n), []],
  "<": [is("<", 10n), [0]],
  "<=": [is("<=", 10n), [0, 1]],
  ">": [is(">", 9n), [1, 3]],
  ">=": [is(">=", 9n), [0, 1, 3]],
  "a constant on the left": [compareExpr("<", literalExpr(10n), V), [1, 3]],
  "and": [logicExpr("and", is(">", 9n), is("<", 100n)), [1]],
  "and with what tells nothing": [logicExpr("and", is("<>", 5n), is("<", 10n)), [0]],
  "or": [logicExpr("or", is("=", 3n), is(">", 100n)), [0, 3]],
  "or with what tells nothing": [logicExpr("or", is("=", 3n), notExpr(is("=", 5n))), ALL],
  "in": [among(false, 3n, 100n, 2.0 ** 53), [0, 3]],
  "not in": [among(true, 3n), ALL],
  "<>": [is("<>", 5n), ALL],
  "is": [is("is", 5n), ALL],
  "a text": [is("=", "a"), ALL],
  "of text": [{ ...is("=", 5n), conversion: "text" } as PlanExpr, ALL],
};

for (const [name, [predicate, zones]] of Object.entries(CASES)) {
  Deno.test(`visitedZones() leaves out zones without rows that satisfy ${name}`, () => {
    assert.deepEqual(zonesFor(predicate), zones);
  });
}

Deno.test("visitedZones() leaves out zones by any of several predicates, and reads stretches that touch one it visits", () => {
  assert.deepEqual(zonesFor(is(">", 5n), is("<", 15n)), [0, 1]);
  const zones = visitedZones(SNAPSHOT, SCAN, [is("=", 12n)])!;
  assert.equal(zones.visits(0, ZONE_ROWS), false);
  assert.equal(zones.visits(ZONE_ROWS - 1, ZONE_ROWS + 1), true);
  assert.equal(zones.visits(2 * ZONE_ROWS - 1, 2 * ZONE_ROWS + 1), true);
  assert.equal(zones.visits(2 * ZONE_ROWS, 3 * ZONE_ROWS + 10), false);
});

Deno.test("keptWithin() puts a filter on the scan that has the column, wherever it lies on the left, if that spares zones", () => {
  const scan = { ...SCAN, columns: [COLUMN] } as ScanPlan;
  const snapshotOf = () => SNAPSHOT;
  const kept = (plan: Plan, least: number, most: number) => keptWithin(plan, COLUMN.id, { least, most }, snapshotOf);
  const filtered = kept(scan, 12, 15);
  assert.ok(filtered.kind === "filter" && filtered.input === scan);
  assert.deepEqual(zonesFor(filtered.predicate), [1]);
  const firstTwo = { ...SNAPSHOT, positionCount: 2 * ZONE_ROWS };
  assert.equal(keptWithin(scan, COLUMN.id, { least: 5, most: 15 }, () => firstTwo), scan, "no zone is spared");

  const filter: Plan = { kind: "filter", input: scan, predicate: is("<>", 5n), columns: [COLUMN] };
  const both = kept(filter, 12, 15);
  assert.ok(both.kind === "filter" && both.input === scan);
  assert.deepEqual(zonesFor(both.predicate), [1]);

  const join = { kind: "join", type: "left", left: filter, right: SCAN, columns: [COLUMN] } as unknown as Plan;
  const joined = kept(join, 12, 15);
  assert.ok(joined.kind === "join" && joined.left.kind === "filter" && joined.left.input === scan);
  assert.equal(keptWithin(join, 8, { least: 0, most: 1 }, snapshotOf), join, "a column from elsewhere");
  const full = { ...join, type: "full" } as Plan;
  assert.equal(kept(full, 12, 15), full, "rows without partner would be lost");
});
