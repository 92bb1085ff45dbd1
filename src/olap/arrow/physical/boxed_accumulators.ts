import { Unanalysable } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { type BoxedAggregate, boxedAggregate, sortCompare } from "../kernels/mod.ts";
import type { PlanAggregate } from "../plan/plan.ts";
import type { Accumulator, Place } from "./accumulator.ts";
import { boxed, unboxed } from "./conversions.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { valueBytes } from "./value_bytes.ts";
import { keyText } from "./value_keys.ts";

/** What an aggregate's object takes, with what it refers to. */
const ACCUMULATOR_BYTES = 200;

/** Any aggregate, value by value as SQLite does it. */
export function boxedAccumulator(place: Place, call: PlanAggregate): Accumulator {
  const { e, rows, group } = place;
  const collation = call.arguments[0]?.collation?.name ?? "BINARY";
  const make = boxedAggregate(call.name, collation);
  if (make === null) throw new Unanalysable("function", `aggregate ${call.name}() is not implemented`);
  const ordered = call.orderBy.length > 0;
  const { budget } = place;
  const create = ordered ? () => new OrderedAggregate(make, call, budget) : make;
  const createCounted = () => {
    budget.take(ACCUMULATOR_BYTES);
    return create();
  };
  e.refuseSharing();
  const accumulators = rows.addState(e, "any");
  const at = rows.states.length - 1;
  const args = [...call.orderBy.map((key) => key.expr), ...call.arguments].map((argument) =>
    boxed(e, e.compile(argument))
  );
  e.line(`(${accumulators}[${group ?? 0}] ??= ${e.bind("make", createCounted)}()).step([${args.join(", ")}]);`);
  return {
    read: (reader, index) => {
      const array = reader.bind("acc", rows.states[at]!.array);
      const finish = reader.bind("finish", (one: BoxedAggregate | undefined): ExactValue => (one ?? create()).finish());
      return unboxed(reader, `${finish}(${array}[${index}])`, call.column.type.classes);
    },
    merge: null,
  };
}

/** What a row's array takes. */
const ROW_BYTES = 64;

/** An aggregate with ORDER BY: rows wait until all are there. */
class OrderedAggregate implements BoxedAggregate {
  readonly #inner: () => BoxedAggregate;
  readonly #call: PlanAggregate;
  readonly #rows: (readonly ExactValue[])[] = [];
  readonly #budget: MemoryBudget;

  constructor(inner: () => BoxedAggregate, call: PlanAggregate, budget: MemoryBudget) {
    this.#inner = inner;
    this.#call = call;
    this.#budget = budget;
  }

  step(args: readonly ExactValue[]): void {
    this.#budget.take(args.reduce<number>((bytes, value) => bytes + valueBytes(value), ROW_BYTES));
    this.#rows.push(args);
  }

  finish(): ExactValue {
    const { orderBy } = this.#call;
    this.#rows.sort((a, b) => {
      for (const [index, { expr, descending, nulls }] of orderBy.entries()) {
        const order = sortCompare(
          a[index]!,
          b[index]!,
          expr.collation?.name ?? "BINARY",
          descending,
          nulls === "first",
        );
        if (order !== 0) return order;
      }
      return 0;
    });
    const aggregate = this.#inner();
    const met = new Set<string>();
    for (const row of this.#rows) {
      const args = row.slice(orderBy.length);
      if (this.#call.distinct) {
        const key = keyText(args[0]!);
        if (met.has(key)) continue;
        met.add(key);
      }
      aggregate.step(args);
    }
    return aggregate.finish();
  }
}
