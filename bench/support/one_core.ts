import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";

/** Whether `onOneCore()` can do its work here: Linux, with `taskset` (util-linux) and more than one core. */
export function canConfine(): boolean {
  if (process.platform !== "linux" || !/[,-]/.test(allowedCores())) return false;
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    // Not installed: what needs it is left out, and the report says so.
    return false;
  }
}

/** Runs the body with all threads of this process, those it starts meanwhile too, on a single core. */
export async function onOneCore<T>(body: () => Promise<T>): Promise<T> {
  const cores = allowedCores();
  confine(cores.split(/[,-]/)[0]!);
  try {
    return await body();
  } finally {
    confine(cores);
  }
}

/** Such as `0-3,6`. */
function allowedCores(): string {
  const [, cores] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (cores === undefined) throw new Error("/proc/self/status does not tell which cores this process may use");
  return cores;
}

function confine(cores: string): void {
  execFileSync("taskset", ["--all-tasks", "--pid", "--cpu-list", cores, String(process.pid)], { stdio: "ignore" });
}
