import { compareUtf8 } from "../kernels/mod.ts";
import type { PlanAggregate } from "../plan/plan.ts";
import { type Accumulator, type Place, state } from "./accumulator.ts";
import { boxedAccumulator } from "./boxed_accumulators.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment, TextHeap } from "./fragment.ts";
import { ranksOf } from "./ranks.ts";
import { utf8Arguments, utf8Text } from "./utf8_operand.ts";

/** Distinct texts up to which texts are compared by their ranks, which are found out once for all statements. */
const RANKED_TEXTS = 4096;

/** min() and max(). */
export function extreme(place: Place, call: PlanAggregate, value: Fragment): Accumulator {
  const numeric = value.rep === "int" || value.rep === "real";
  const text = value.rep === "text" && (isRanked(value.heap.heap) || value.heap.heap.utf8 !== null);
  return numeric || text ? bestOf(place, call, value, value.code, null) : boxedAccumulator(place, call);
}

function isRanked({ unique, count, utf8 }: TextHeap): boolean {
  return unique && (count <= RANKED_TEXTS || utf8 === null);
}

/** The least or greatest value. `present`: whether there is a value to look at; `null` when there is. */
function bestOf(place: Place, call: PlanAggregate, value: Fragment, code: string, present: string | null): Accumulator {
  const { e } = place;
  const met = state(place, "u8");
  const best = state(place, value.rep === "text" ? "i32" : "f64");
  const test = `(${met.at} === 0 || ${isBetter(e, call.name === "min" ? "<" : ">", value, code, best.at)})`;
  e.line(`if (${present === null ? "" : `${present} && `}${test}) { ${best.at} = ${code}; ${met.at} = 1; }`);
  return {
    read: (reader, index) => {
      const name = reader.fresh("v");
      reader.line(`const ${name} = ${best.read(reader, index)};`);
      const isNull = `${met.read(reader, index)} === 0`;
      if (value.rep === "text") {
        const { heap } = value.heap;
        return { rep: "text", code: name, isNull, heap: { variable: reader.bind("heap", heap), heap } };
      }
      const { rep, range } = value as Extract<Fragment, { rep: "int" | "real" }>;
      return { rep, code: name, isNull, range };
    },
    merge: (other, part) => bestOf(other, call, value, part(1), `${part(0)} === 1`),
  };
}

/** A JavaScript expression that tells whether a value of a form comes before or after another. */
function isBetter(e: Emitter, better: "<" | ">", form: Fragment, code: string, best: string): string {
  if (form.rep !== "text") return `${code} ${better} ${best}`;
  const { heap } = form.heap;
  if (!isRanked(heap)) {
    const [one, other] = [utf8Text(e, heap, code)!, utf8Text(e, heap, best)!];
    return `${e.bind("compareUtf8", compareUtf8)}(${utf8Arguments(one)}, ${utf8Arguments(other)}) ${better} 0`;
  }
  const ranks = e.bindArray("rank", ranksOf(heap));
  return `${ranks}[${code}] ${better} ${ranks}[${best}]`;
}
