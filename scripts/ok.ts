// deno-lint-ignore-file no-console -- a script reports on stderr
/**
 * The gate: format, lint, types (of the examples in JSDoc too), layers, module (whether it could be published), docs, tests (the examples
 * among them), all of them even after a failure. The last line is `N passed, M failed`, counting every test and every other step as one.
 * Run: `deno task ok`.
 */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

interface StepOutcome {
  readonly passed: number;
  readonly failed: number;
}

const SOURCES = ["mod.ts", "src", "cli", "tests", "bench", "scripts"];

/**
 * The files that take longest. Named, they are begun before all others, and none of them is still running, alone, when the others are
 * done.
 */
const LONG_TESTS = [
  "tests/sync/simulation/arrow_test.ts",
  "tests/sync/simulation/duckdb_test.ts",
  "tests/sync/kills/kill_test.ts",
  "tests/executable/npm_package_test.ts",
  "tests/executable/executable_test.ts",
  "tests/fuzz/differential_test.ts",
];

/** Their types are those that are checked beside them. */
const TESTS: Step = { name: "tests", args: ["task", "--quiet", "test", "--no-check", ...LONG_TESTS] };

/** Steps run in lanes beside one another, so that no core waits for the types, which take one alone. */
const LANES: readonly (readonly Step[])[] = [
  [{ name: "types", args: ["check", "--doc", "--quiet", ...SOURCES] }],
  [
    { name: "format", args: ["fmt", "--check", "--quiet"] },
    { name: "lint", args: ["lint", "--quiet"] },
    { name: "layers", args: ["task", "--quiet", "layers"] },
    // Without the types, which are checked beside it; whether those of exports are written out is looked at all the same.
    { name: "module", args: ["publish", "--dry-run", "--allow-dirty", "--no-check", "--quiet"] },
    { name: "docs", args: ["task", "--quiet", "docs"] },
    TESTS,
  ],
];

/** Test files that run at once: tests that wait for other processes leave a core to the others. */
const TEST_JOBS = availableParallelism() + 1;

/** Tests passed and failed by the summary line of `deno test`, or `null` when the output has none. */
export function countsOf(output: string): { passed: number; failed: number } | null {
  // deno-lint-ignore no-control-regex -- the escape character begins a colour code
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const summaries = [...plain.matchAll(/^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm)];
  const last = summaries.at(-1);
  return last === undefined ? null : { passed: Number(last[1]), failed: Number(last[2]) };
}

/** Runs a step; what it prints is passed on as it comes for tests, else at the end. */
async function run({ name, args }: Step, root: string): Promise<StepOutcome> {
  const started = performance.now();
  const streams = name === TESTS.name;
  const env = { DENO_JOBS: String(TEST_JOBS) };
  const child = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root, env, stdout: "piped", stderr: "piped" })
    .spawn();
  const chunks: string[] = [];
  async function forward(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      chunks.push(text);
      if (streams) print(text);
    }
  }
  const [{ code }] = await Promise.all([child.status, forward(child.stdout), forward(child.stderr)]);
  const output = chunks.join("");
  if (!streams) chunks.forEach(print);
  const counts = streams ? countsOf(output) : null;
  const failed = Math.max(counts?.failed ?? 0, code === 0 ? 0 : 1);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`${failed === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  return { passed: counts?.passed ?? (code === 0 ? 1 : 0), failed };
}

function print(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

async function runInOrder(steps: readonly Step[], root: string): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const step of steps) outcomes.push(await run(step, root));
  return outcomes;
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..");
  const lanes = await Promise.all(LANES.map((steps) => runInOrder(steps, root)));
  const outcomes = lanes.flat();
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
