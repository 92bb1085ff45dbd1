// deno-lint-ignore-file no-console -- a script reports on stderr
/**
 * The gate: format, lint, types, layers, module (whether it could be published), docs, tests (the examples in JSDoc among them), in
 * this order, all of them even after a failure. The last line is `N passed, M failed`, counting every test and every other step as
 * one. Run: `deno task ok`.
 */
import { resolve } from "node:path";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

const SOURCES = ["mod.ts", "src", "cli", "tests", "bench", "scripts"];

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "types", args: ["check", "--quiet", ...SOURCES] },
  { name: "layers", args: ["task", "--quiet", "layers"] },
  { name: "module", args: ["publish", "--dry-run", "--allow-dirty", "--quiet"] },
  { name: "docs", args: ["task", "--quiet", "docs"] },
  { name: "tests", args: ["task", "--quiet", "test"] },
];

/** Tests passed and failed by the summary line of `deno test`, or `null` when the output has none. */
export function countsOf(output: string): { passed: number; failed: number } | null {
  // deno-lint-ignore no-control-regex -- the escape character begins a colour code
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const summaries = [...plain.matchAll(/^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm)];
  const last = summaries.at(-1);
  return last === undefined ? null : { passed: Number(last[1]), failed: Number(last[2]) };
}

async function run(step: Step, root: string): Promise<{ code: number; output: string }> {
  const child = new Deno.Command(Deno.execPath(), { args: [...step.args], cwd: root, stdout: "piped", stderr: "piped" })
    .spawn();
  const chunks: string[] = [];
  async function forward(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
      chunks.push(text);
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    }
  }
  const [{ code }] = await Promise.all([child.status, forward(child.stdout), forward(child.stderr)]);
  return { code, output: chunks.join("") };
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..");
  let passed = 0;
  let failed = 0;
  for (const step of STEPS) {
    const started = performance.now();
    const { code, output } = await run(step, root);
    const counts = step.args.includes("test") ? countsOf(output) : null;
    const stepFailed = counts === null ? (code === 0 ? 0 : 1) : Math.max(counts.failed, code === 0 ? 0 : 1);
    passed += counts?.passed ?? (code === 0 ? 1 : 0);
    failed += stepFailed;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.error(`${stepFailed === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
