import { Tally } from "./failure_point.ts";
import { makePlan } from "./make_plan.ts";
import type { Backend } from "./plan.ts";
import { simulate } from "./simulation.ts";
import { Templates } from "./world.ts";

/** Runs the simulations of seeds one after the other. @throws At the first that breaks a promise, with how to replay it. */
export async function runSeeds(backend: Backend, from: number, count: number): Promise<Tally> {
  const tally = new Tally();
  using templates = new Templates();
  for (let seed = from; seed < from + count; seed++) {
    try {
      await simulate(makePlan(seed, backend), templates, tally);
    } catch (cause) {
      throw new Error(`A promise of sync is broken: deno task simulate --seeds 1 --from ${seed} --olap ${backend}`, {
        cause,
      });
    }
  }
  return tally;
}
