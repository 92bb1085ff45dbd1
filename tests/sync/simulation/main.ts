// deno-lint-ignore-file no-console -- a command reports on stderr
/**
 * The soak: `deno task simulate [--seeds N] [--from SEED] [--olap arrow,duckdb] [--sync-mode destructive,temporal]` runs N simulations of
 * each kind from a seed on, and exits 1 at the first that breaks a promise, with the shortest plan found that breaks one too. `--tally`
 * tells how often each failure point was tried.
 */
import process from "node:process";
import { inspect, parseArgs } from "node:util";
import { STEPS, Tally } from "./failure_point.ts";
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

const startedMs = performance.now();
let ran = 0;

function coreMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What is worth knowing of a run that has come to its end. */
function summary(isWhole: boolean): string {
  const { reached, died } = tally.points();
  const [seconds, coreSeconds] = [performance.now() - startedMs, coreMs()].map((ms) => Math.round(ms / 1000));
  return `${values.seeds} seeds from ${values.from}: ${ran} simulations ${
    isWhole ? "kept" : "kept, one broke"
  } every promise; ` +
    `of ${
      2 * STEPS.length
    } failure points ${reached} were reached and ${died} died at; ${seconds} s, ${coreSeconds} s of a core`;
}

async function runAll(): Promise<boolean> {
  const from = Number(values.from);
  const count = Number(values.seeds);
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
    const [wallEach, coreEach] = [performance.now() - startedMs, coreMs()].map((ms) => Math.round(ms / ran));
    console.error(`up to seed ${seed}: ${ran} simulations, ${wallEach} ms and ${coreEach} ms of a core each`);
  }
  return true;
}

const isWhole = await runAll();
process.exitCode = isWhole ? 0 : 1;
console.error(summary(isWhole));
if (values.tally) console.error(tally.lines().sort().join("\n"));
