import { copyFile, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { fetchBun } from "./bun.ts";
import type { ModulesPlan } from "./bundle_modules.ts";
import { packNatives } from "./pack_natives.ts";
import { runPlan } from "./run_plan.ts";
import { hostOrThrow, type Target } from "./targets.ts";

/** Bundles the command line into a folder that needs no packages: modules for any runtime, and the target's native libraries. */
export async function bundlePortable(root: string, target: Target, outdir: string): Promise<void> {
  const work = join(root, "dist", ".build");
  const [libraries, bun] = await Promise.all([packNatives(root, target, work), fetchBun(hostOrThrow(), work)]);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const plan: ModulesPlan = { root, entries: ["cli/main.ts"], outdir, libraries };
  await runPlan(bun, root, "bundle_modules.ts", plan);
  const assets = libraries.flatMap(({ files }) => files.map(({ asset }) => asset));
  await Promise.all(assets.map((asset) => copyFile(asset, join(outdir, basename(asset)))));
}
