// Bun runs this: bun scripts/build/bundle_executable.ts PLAN.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { NativeLibrary } from "../../src/native/mod.ts";
import { absentPackagesPlugin } from "./absent_packages.ts";
import { bundler } from "./bun_api.ts";
import { EMBEDDED_DEFINES, embedNativesPlugin } from "./embed_natives.ts";
import { threadEntriesPlugin, threadStarters } from "./worker_entries.ts";

/** What to build, as the task hands it over. */
export interface ExecutablePlan {
  readonly root: string;
  readonly bunTarget: string;
  /** Program of Bun for the target. */
  readonly bunProgram: string;
  readonly outfile: string;
  readonly libraries: readonly NativeLibrary[];
}

async function bundleExecutable({ root, bunTarget, bunProgram, outfile, libraries }: ExecutablePlan): Promise<void> {
  const starters = threadStarters(root);
  const { success, logs } = await bundler().build({
    entrypoints: [join(root, "cli", "main.ts"), ...new Set(starters.flatMap(({ entries }) => entries))],
    target: "bun",
    format: "esm",
    splitting: true,
    bytecode: true,
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "none",
    naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]", asset: "[name]-[hash].[ext]" },
    define: EMBEDDED_DEFINES,
    plugins: [embedNativesPlugin(root, libraries, "within"), threadEntriesPlugin(starters), absentPackagesPlugin],
    compile: {
      target: bunTarget,
      outfile,
      executablePath: bunProgram,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  for (const log of logs) process.stderr.write(`${log}\n`);
  if (!success) process.exit(1);
}

await bundleExecutable(JSON.parse(readFileSync(process.argv[2]!, "utf8")));
