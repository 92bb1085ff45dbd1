import type { Plan, PlanStatement } from "../plan/plan.ts";
import { nodesOf, type PlanProfile } from "../plan/plan_tree.ts";
import type { Relation } from "./relation.ts";

/** Notes what each operator of a statement did. Operators of a step that is repeated add up. */
export class ExecutionProfile {
  readonly #indexes: ReadonlyMap<Plan, number>;
  readonly #rows: (number | null)[];
  readonly #durationsMs: (number | null)[];
  /** Time spent in the inputs of the operators that run at this moment, the innermost last. */
  readonly #inputsMs: number[] = [];

  constructor(statement: PlanStatement) {
    const nodes = nodesOf(statement);
    this.#indexes = new Map(nodes.map((plan, index) => [plan, index]));
    this.#rows = nodes.map(() => null);
    this.#durationsMs = nodes.map(() => null);
  }

  /** Runs an operator, which may run others in turn. */
  measure(plan: Plan, body: () => Relation): Relation {
    const startedMs = performance.now();
    this.#inputsMs.push(0);
    const relation = body();
    const totalMs = performance.now() - startedMs;
    const ownMs = totalMs - this.#inputsMs.pop()!;
    if (this.#inputsMs.length > 0) this.#inputsMs[this.#inputsMs.length - 1]! += totalMs;
    const index = this.#indexes.get(plan);
    if (index === undefined) return relation; // made on the way, and part of no plan that is shown
    this.#rows[index] = (this.#rows[index] ?? 0) + relation.rowCount;
    this.#durationsMs[index] = (this.#durationsMs[index] ?? 0) + ownMs;
    return relation;
  }

  get result(): PlanProfile {
    return { rows: this.#rows, durationsMs: this.#durationsMs };
  }
}
