// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * The soak: `deno task simulate --seeds N [--from SEED] [--olap arrow|duckdb]` runs N simulations from a seed on, and exits 1 at the first
 * that breaks a promise, with the shortest plan found that breaks it too. `--tally` tells how often each failure point was tried.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { inspect } from "node:util";
import { Tally } from "./failure_point.ts";
import { makePlan } from "./make_plan.ts";
import type { Backend } from "./plan.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulation.ts";
import { Templates } from "./world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    olap: { type: "string", default: "arrow,duckdb" },
    tally: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  },
});

const backends = values.olap.split(",") as Backend[];
const tally = new Tally();
using templates = new Templates();
const from = Number(values.from);
const startedMs = performance.now();
const cpu = process.cpuUsage();
for (let seed = from; seed < from + Number(values.seeds); seed++) {
  for (const backend of backends) {
    try {
      await simulate(makePlan(seed, backend), templates, tally);
    } catch (error) {
      console.error(`deno task simulate --seeds 1 --from ${seed} --olap ${backend}`);
      console.error(inspect(error, { depth: 6 }));
      const plan = values["no-shrink"] ? makePlan(seed, backend) : await shrink(makePlan(seed, backend), templates);
      console.error(inspect(plan, { depth: 6, maxStringLength: 2000, maxArrayLength: 200 }));
      process.exitCode = 1;
      break;
    }
  }
  if (process.exitCode) break;
  if (seed % 100 === 0) {
    const { user, system } = process.cpuUsage(cpu);
    const ran = (seed - from + 1) * backends.length;
    console.error(
      `seed ${seed}: ${Math.round((performance.now() - startedMs) / ran)} ms, ${
        Math.round((user + system) / 1000 / ran)
      } ms of a core each`,
    );
  }
}
if (values.tally) console.error(tally.lines().sort().join("\n"));
