import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { buildExecutable } from "../../scripts/build/build_executable.ts";
import { hostTarget } from "../../scripts/build/targets.ts";

const ROOT = resolve(import.meta.dirname!, "..", "..");

/** What a run of the executable left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the executable is started. Its environment is empty but for `env`. */
export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A program and its arguments that start it in turn. */
  readonly within?: readonly string[];
}

let building: Promise<string> | undefined;

/** Path of the executable built from this checkout; built when first asked for. */
function builtExecutable(): Promise<string> {
  building ??= (async () => {
    const path = join(ROOT, "dist", ".build", "tested", "rhei");
    await buildExecutable(ROOT, hostTarget()!, path);
    return path;
  })();
  return building;
}

/** Runs a program without an environment and waits for its end. */
export async function runAlone(program: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const child = startAlone(program, args, options);
  child.stdin!.end(options.stdin ?? "");
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await exited, stdout, stderr };
}

/** Starts a program without an environment. */
export function startAlone(program: string, args: readonly string[], options: RunOptions): ChildProcess {
  const [first = "", ...rest] = [...options.within ?? [], program, ...args];
  return spawn(first, rest, { cwd: options.cwd, env: { ...options.env }, stdio: "pipe" });
}

/**
 * Registers a test with a folder that holds nothing but the executable.
 *
 * @param missing What this machine does not permit, or `null`; the test is skipped and says so.
 */
export function executableTest(
  name: string,
  test: (rhei: string, folder: string) => Promise<void>,
  missing: string | null = hostTarget() === null ? "Bun has no program for this platform" : null,
): void {
  Deno.test({
    name: missing === null ? name : `${name} (skipped: ${missing})`,
    ignore: missing !== null,
    async fn() {
      const built = await builtExecutable();
      const folder = mkdtempSync(join(tmpdir(), "rhei-executable-"));
      try {
        const program = join(folder, "rhei");
        copyFileSync(built, program);
        await test(program, folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  });
}

/** `null` when a command of this machine can be run with success, otherwise what to tell. */
export function permits(what: string, program: string, ...args: readonly string[]): string | null {
  if (process.platform !== "linux") return `${what} is tried on Linux`;
  return spawnSync(program, args, { stdio: "ignore" }).status === 0 ? null : `${what} is not permitted here`;
}
