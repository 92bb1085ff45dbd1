import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { hostOrThrow, type Target, TARGET_NAMES, type TargetName, targetOf } from "./targets.ts";

/** An executable to build. */
export interface BuildRequest {
  readonly target: Target;
  /** An absolute path. */
  readonly outfile: string;
}

const ROOT = resolve(import.meta.dirname!, "..", "..");

/**
 * What a task that builds executables is asked for: `[--target NAME]... [--out FILE]`. Without a target it is this machine's, as
 * `dist/PROGRAM`; others are `dist/PROGRAM-TARGET`.
 *
 * @throws {Error} For what it does not know.
 */
export function buildRequests(args: readonly string[], program: string): BuildRequest[] {
  const { values } = parseArgs({
    args: [...args],
    options: { target: { type: "string", multiple: true, default: [] }, out: { type: "string" } },
  });
  const named = values.target.flatMap((name) => name === "all" ? TARGET_NAMES : [name]).map(targetNamed);
  const targets = named.length > 0 ? named : [hostOrThrow()];
  if (values.out !== undefined && targets.length > 1) throw new Error("Cannot write several executables to one --out");
  return targets.map((target) => {
    const suffix = `${named.length > 0 ? `-${target.name}` : ""}${target.platform === "win32" ? ".exe" : ""}`;
    const outfile = values.out === undefined ? join(ROOT, "dist", `${program}${suffix}`) : resolve(values.out);
    return { target, outfile };
  });
}

function targetNamed(name: string): Target {
  if (!TARGET_NAMES.includes(name as TargetName)) {
    throw new Error(`Cannot build for "${name}": targets are ${TARGET_NAMES.join(", ")} and all`);
  }
  return targetOf(name as TargetName);
}
