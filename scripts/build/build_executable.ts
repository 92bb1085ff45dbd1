import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fetchBun, withoutSwitches } from "./bun.ts";
import type { ExecutablePlan } from "./bundle_executable.ts";
import { packNatives } from "./pack_natives.ts";
import { runPlan } from "./run_plan.ts";
import { hostOrThrow, type Target } from "./targets.ts";

/** Builds the executable for a target and returns its size in bytes. @throws {Error} With what the bundler says when it fails. */
export async function buildExecutable(root: string, target: Target, outfile: string): Promise<number> {
  const host = hostOrThrow();
  const work = join(root, "dist", ".build");
  const bun = fetchBun(host, work);
  const [libraries, hostBun, targetBun] = await Promise.all([
    packNatives(root, target, work),
    bun,
    target.name === host.name ? bun : fetchBun(target, work),
  ]);
  await mkdir(dirname(outfile), { recursive: true });
  const scratch = await mkdtemp(join(work, "executable-"));
  try {
    const bunProgram = join(scratch, "bun");
    await writeFile(bunProgram, withoutSwitches(await readFile(targetBun)), { mode: 0o755 });
    const unfinished = join(scratch, target.platform === "win32" ? "rhei.exe" : "rhei");
    const plan: ExecutablePlan = { root, bunTarget: target.bunTarget, bunProgram, outfile: unfinished, libraries };
    await runPlan(hostBun, root, "bundle_executable.ts", plan);
    await chmod(unfinished, 0o755);
    await moveFile(unfinished, outfile);
    return (await stat(outfile)).size;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Also between file systems; the target never exists in part. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch {
    // Another file system: copied beside its place first.
    const beside = `${to}.unfinished`;
    await copyFile(from, beside);
    await rename(beside, to);
  }
}
