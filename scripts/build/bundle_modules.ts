// Bun runs this: bun scripts/build/bundle_modules.ts PLAN.json
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { NativeLibrary } from "../../src/native/mod.ts";
import { absentPackagesPlugin } from "./absent_packages.ts";
import { bundler, type BundlerPlugin } from "./bun_api.ts";
import { EMBEDDED_DEFINES, embedNativesPlugin } from "./embed_natives.ts";
import { threadEntriesPlugin, threadStarters } from "./worker_entries.ts";

/** Modules to bundle for any runtime, as a task hands it over. */
export interface ModulesPlan {
  readonly root: string;
  /** Relative to the root. */
  readonly entries: readonly string[];
  readonly outdir: string;
  /** Libraries that lie beside the modules; `null` leaves these and all packages to be installed. */
  readonly libraries: readonly NativeLibrary[] | null;
}

/** Node knows no deferred imports yet: there the package is loaded with the module that imports it. */
const DEFERRED = /^import defer \*/gm;

const importsAtOnce: BundlerPlugin = {
  name: "deferred imports",
  setup(hooks) {
    hooks.onLoad({ filter: /[\\/](src|cli)[\\/].*\.ts$/ }, async ({ path }) => ({
      loader: "ts",
      contents: (await readFile(path, "utf8")).replace(DEFERRED, "import *"),
    }));
  },
};

async function bundleModules({ root, entries, outdir, libraries }: ModulesPlan): Promise<void> {
  const starters = threadStarters(root);
  const threads = new Set(starters.flatMap(({ entries }) => entries));
  const threadEntries = threadEntriesPlugin(starters);
  const { success, logs } = await bundler().build({
    entrypoints: [...entries.map((entry) => join(root, entry)), ...threads],
    outdir,
    target: "node",
    format: "esm",
    splitting: true,
    packages: libraries === null ? "external" : "bundle",
    naming: { entry: "[name].[ext]", chunk: "[name]-[hash].[ext]" },
    define: libraries === null ? {} : EMBEDDED_DEFINES,
    plugins: libraries === null
      ? [threadEntries, importsAtOnce]
      : [embedNativesPlugin(root, libraries, "beside"), threadEntries, absentPackagesPlugin],
  });
  for (const log of logs) process.stderr.write(`${log}\n`);
  if (!success) process.exit(1);
}

await bundleModules(JSON.parse(readFileSync(process.argv[2]!, "utf8")));
