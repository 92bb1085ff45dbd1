import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { bunPackage } from "./bun_packages.ts";
import type { ExecutablePlan } from "./bundle_executable.ts";
import { fetchPackage } from "./npm_packages.ts";
import { packNatives } from "./pack_natives.ts";
import { hostTarget, type Target } from "./targets.ts";

/** The variable that makes a program built with Bun behave as Bun itself, and the name it has in ours. */
const BE_BUN = { theirs: "\0BUN_BE_BUN\0", ours: "\0RHEI_ASBUN\0" } as const;

/** Builds the executable for a target and returns its size in bytes. @throws {Error} With what the bundler says when it fails. */
export async function buildExecutable(root: string, target: Target, outfile: string): Promise<number> {
  const host = hostTarget();
  if (host === null) throw new Error("Cannot build here: Bun has no program for this platform");
  const work = join(root, "dist", ".build");
  const packages = join(work, "packages");
  const [libraries, hostBun, targetBun] = await Promise.all([
    packNatives(root, target, work),
    fetchPackage(bunPackage(host), packages).then((folder) => join(folder, host.bunProgram)),
    fetchPackage(bunPackage(target), packages).then((folder) => join(folder, target.bunProgram)),
  ]);
  await mkdir(dirname(outfile), { recursive: true });
  const scratch = await mkdtemp(join(work, "executable-"));
  try {
    const bunProgram = join(scratch, "bun");
    await writeFile(bunProgram, withoutBeBun(await readFile(targetBun)), { mode: 0o755 });
    const unfinished = join(scratch, target.platform === "win32" ? "rhei.exe" : "rhei");
    const plan: ExecutablePlan = { root, bunTarget: target.bunTarget, bunProgram, outfile: unfinished, libraries };
    const planFile = join(scratch, "plan.json");
    await writeFile(planFile, JSON.stringify(plan));
    await runBun(hostBun, [join(root, "scripts", "build", "bundle_executable.ts"), planFile], root);
    await chmod(unfinished, 0o755);
    await moveFile(unfinished, outfile);
    return (await stat(outfile)).size;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Renames the variable, which some environments hold for a program of their own. Nobody sets ours. */
function withoutBeBun(program: Uint8Array): Uint8Array {
  const bytes = Buffer.from(program);
  const at = bytes.indexOf(BE_BUN.theirs);
  if (at < 0 || bytes.indexOf(BE_BUN.theirs, at + 1) >= 0) {
    throw new Error("Cannot rename BUN_BE_BUN: this Bun does not hold it once");
  }
  bytes.write(BE_BUN.ours, at);
  return bytes;
}

/** Runs Bun without anything from the environment that configures it. */
export async function runBun(bun: string, args: readonly string[], folder: string): Promise<void> {
  const env = Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !/^(BUN|NODE)_/.test(name)));
  try {
    await promisify(execFile)(bun, [...args], { cwd: folder, env });
  } catch (error) {
    const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
    throw new Error(`Cannot bundle: ${`${stderr ?? ""}${stdout ?? ""}`.trim() || message}`, { cause: error });
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
