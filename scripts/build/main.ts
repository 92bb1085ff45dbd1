/**
 * Builds the executable. Run: `deno task build [--target NAME]... [--out FILE]`; without `--target` for this machine, as `dist/rhei`;
 * with it as `dist/rhei-NAME`; `--target all` builds every target.
 */
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { buildExecutable } from "./build_executable.ts";
import { hostTarget, type Target, TARGET_NAMES, type TargetName, targetOf } from "./targets.ts";

/** @throws {Error} For a name that is none. */
export function targetsNamed(names: readonly string[]): Target[] {
  return names.flatMap((name) => name === "all" ? TARGET_NAMES : [name]).map((name) => {
    if (!TARGET_NAMES.includes(name as TargetName)) {
      throw new Error(`Cannot build for "${name}": targets are ${TARGET_NAMES.join(", ")} and all`);
    }
    return targetOf(name as TargetName);
  });
}

function executableName(target: Target, named: boolean): string {
  const extension = target.platform === "win32" ? ".exe" : "";
  return `dist/rhei${named ? `-${target.name}` : ""}${extension}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { target: { type: "string", multiple: true, default: [] }, out: { type: "string" } },
  });
  const host = hostTarget();
  const named = values.target.length > 0;
  if (!named && host === null) throw new Error("Cannot build for this machine: name a --target");
  const targets = named ? targetsNamed(values.target) : [host!];
  if (values.out !== undefined && targets.length > 1) throw new Error("Cannot write several executables to one --out");
  const root = resolve(import.meta.dirname!, "..", "..");
  for (const target of targets) {
    const startedMs = performance.now();
    const outfile = resolve(values.out ?? resolve(root, executableName(target, named)));
    const sizeBytes = await buildExecutable(root, target, outfile);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`${outfile}: ${target.name}, ${(sizeBytes / 1e6).toFixed(1)} MB, built in ${seconds} s\n`);
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
