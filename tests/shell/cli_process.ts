import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

/** What a run of `rhei` left behind. */
export interface CliOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `rhei` is started. */
export interface CliOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program and its arguments that start `rhei` in turn, to limit what it may do. */
  readonly within?: readonly string[];
}

const ROOT = new URL("../../", import.meta.url).pathname;

/** The command line of `rhei` from this checkout, or that of a program named by `RHEI_PROGRAM`, to test what was built. */
export function rheiCommand(args: readonly string[]): string[] {
  const program = Deno.env.get("RHEI_PROGRAM");
  if (program !== undefined) return [resolve(ROOT, program), ...args];
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", `${ROOT}deno.json`, `${ROOT}cli/main.ts`, ...args];
}

/** Runs the real command line in a process of its own; stdin is empty unless given. */
export async function rhei(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const [program = "", ...rest] = [...options.within ?? [], ...rheiCommand(args)];
  const child = spawn(program, rest, { cwd: options.cwd ?? ROOT, env: environment(options.env), stdio: "pipe" });
  child.stdin.end(options.stdin ?? "");
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, stdout, stderr };
}

/** This process's environment without anything that configures `rhei`. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const own = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("RHEI_") && name !== "NO_COLOR");
  return { ...Object.fromEntries(own), ...extra };
}

/** Hands a new folder to `test` and removes it afterwards. */
export async function inFolder(test: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rhei-cli-"));
  try {
    await test((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
