import { Tally } from "./failure_point.ts";
import { makePlan } from "./make_plan.ts";
import type { Backend, Mode, Plan } from "./plan.ts";
import { simulate } from "./simulation.ts";
import { Templates } from "./world.ts";

/** Runs the simulations of seeds from 1 on. @throws At the first that breaks a promise, with how to replay it. */
export async function runSeeds(backend: Backend, mode: Mode, count: number): Promise<Tally> {
  const tally = new Tally();
  using templates = new Templates();
  for (let seed = 1; seed <= count; seed++) {
    const plan = makePlan(seed, backend, mode);
    try {
      await simulate(plan, templates, tally);
    } catch (cause) {
      throw new Error(`A promise of sync is broken; to replay: ${replayCommand(plan)}`, { cause });
    }
  }
  return tally;
}

/** The command that runs a plan again. */
export function replayCommand({ seed, backend, mode }: Plan): string {
  return `deno task simulate --seeds 1 --from ${seed} --olap ${backend} --sync-mode ${mode}`;
}
