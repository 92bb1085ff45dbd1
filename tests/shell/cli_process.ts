import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { runCommandLine } from "../../cli/command_line.ts";
import type { HostProcess } from "../../cli/terminal/mod.ts";
import manifest from "../../deno.json" with { type: "json" };

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

/** A program named by `RHEI_PROGRAM`, to test what was built. */
const PROGRAM = Deno.env.get("RHEI_PROGRAM");

/** The command line that starts `rhei`, from this checkout unless a program is named. */
export function rheiCommand(args: readonly string[]): string[] {
  if (PROGRAM !== undefined) return [resolve(ROOT, PROGRAM), ...args];
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", `${ROOT}deno.json`, `${ROOT}cli/main.ts`, ...args];
}

/** Runs a command line; stdin is empty unless given. It has a process of its own where it asks for what only a process has. */
export function rhei(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const inProcess = PROGRAM === undefined && options.cwd === undefined && options.within === undefined;
  return inProcess ? runHere(args, options) : runStarted(args, options);
}

/** Runs it in this process, which would otherwise spend most of its time on starts. */
async function runHere(args: readonly string[], { stdin = "", env }: CliOptions): Promise<CliOutcome> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const host = Object.assign(new EventEmitter(), {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    env: environment(env),
    exit: () => assert.fail("only a signal ends a process at once"),
  });
  const said = Promise.all([text(stdout), text(stderr)]);
  const code = await runCommandLine(args, manifest.version, host as unknown as HostProcess);
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, stdout: out, stderr: err };
}

/** Runs it in a process of its own. */
async function runStarted(args: readonly string[], options: CliOptions): Promise<CliOutcome> {
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
