import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

/** A package of npm, exactly. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As lock files write it: what its archive must hash to. */
  readonly integrity: string;
}

/**
 * Makes sure a package lies in `folder`, also one for another platform than this one, and returns its own folder. Only npm is needed;
 * nothing of the package is run.
 *
 * @throws {Error} When npm cannot get it, or gives other bytes than those pinned.
 */
export async function fetchPackage({ name, version, integrity }: PinnedPackage, folder: string): Promise<string> {
  const home = join(folder, `${name.replaceAll("/", "+")}@${version}`);
  const installed = join(home, "node_modules", name);
  if (existsSync(installed)) return installed;
  await mkdir(folder, { recursive: true });
  const fresh = await mkdtemp(join(folder, ".fetching-"));
  try {
    await writeFile(join(fresh, "package.json"), "{}\n");
    // `--force` is for packages of other platforms.
    await npm(["install", "--force", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${version}`], fresh);
    const lock = JSON.parse(await readFile(join(fresh, "package-lock.json"), "utf8"));
    const got = lock.packages[`node_modules/${name}`]?.integrity;
    if (got !== integrity) throw new Error(`Cannot use ${name}@${version}: npm gave ${got}, pinned is ${integrity}`);
    await rename(fresh, home).catch((error) => {
      // Another build was faster.
      if (!existsSync(installed)) throw error;
    });
    return installed;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Runs npm in a folder and returns what it wrote to stdout. @throws {Error} With what npm says when it fails. */
export async function npm(args: readonly string[], folder: string): Promise<string> {
  // npm is a script of the shell on Windows.
  const windows = process.platform === "win32";
  const options = { cwd: folder, shell: windows, maxBuffer: 1 << 24 };
  try {
    return (await promisify(execFile)(windows ? "npm.cmd" : "npm", [...args], options)).stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`Cannot run npm ${args[0]}: ${stderr?.trim() || message}`, { cause: error });
  }
}
