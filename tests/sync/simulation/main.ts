// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * The soak: `deno task simulate [--seeds N] [--from SEED] [--olap arrow,duckdb] [--sync-mode destructive,temporal]` runs N simulations of
 * each kind from a seed on, and exits 1 at the first that breaks a promise, with the shortest plan found that breaks one too. `--tally`
 * tells how often each failure point was tried.
 */
import process from "node:process";
import { inspect, parseArgs } from "node:util";
import { Tally } from "./failure_point.ts";
import { makePlan } from "./make_plan.ts";
import type { Backend, Mode, Plan } from "./plan.ts";
import { replayCommand } from "./run_seeds.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulation.ts";
import { Templates } from "./world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    olap: { type: "string", default: "arrow,duckdb" },
    "sync-mode": { type: "string", default: "destructive,temporal" },
    tally: { type: "boolean", default: false },
    "no-shrink": { type: "boolean", default: false },
  },
});

/** Simulations of each kind between two lines of progress. */
const PROGRESS = 100;

const tally = new Tally();
using templates = new Templates();

async function report(plan: Plan, error: unknown): Promise<void> {
  console.error(replayCommand(plan));
  console.error(inspect(error, { depth: 6 }));
  const shown = values["no-shrink"] ? plan : await shrink(plan, templates);
  console.error(inspect(shown, { depth: 6, maxStringLength: 2000, maxArrayLength: 200 }));
}

async function runAll(): Promise<boolean> {
  const from = Number(values.from);
  const count = Number(values.seeds);
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let ran = 0;
  for (let seed = from; seed < from + count; seed++) {
    for (const backend of values.olap.split(",") as Backend[]) {
      for (const mode of values["sync-mode"].split(",") as Mode[]) {
        const plan = makePlan(seed, backend, mode);
        try {
          await simulate(plan, templates, tally);
        } catch (error) {
          await report(plan, error);
          return false;
        }
        ran++;
      }
    }
    if ((seed - from + 1) % PROGRESS !== 0) continue;
    const { user, system } = process.cpuUsage(cpu);
    const [wallMs, coreMs] = [performance.now() - startedMs, (user + system) / 1000].map((ms) => Math.round(ms / ran));
    console.error(`up to seed ${seed}: ${ran} simulations, ${wallMs} ms and ${coreMs} ms of a core each`);
  }
  return true;
}

process.exitCode = await runAll() ? 0 : 1;
if (values.tally) console.error(tally.lines().sort().join("\n"));
