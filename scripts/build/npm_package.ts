/**
 * Builds the npm package: `dist/npm/` and its archive `dist/rhei-VERSION.tgz`. Run: `deno task npm`. The modules are bundled, the
 * packages they import are its dependencies, at the versions this checkout is tested with.
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { fetchBun } from "./bun.ts";
import type { ModulesPlan } from "./bundle_modules.ts";
import { emitDeclarations } from "./emit_declarations.ts";
import { npm } from "./npm_packages.ts";
import { runPlan } from "./run_plan.ts";
import { hostOrThrow } from "./targets.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
}

/** The oldest Node that has everything the modules use. */
const NODE = ">=22.2";

/** Builds the package into `folder` and returns the path of its archive, which lies beside it. */
export async function buildNpmPackage(root: string, folder: string): Promise<string> {
  const manifest: Manifest = JSON.parse(await readFile(join(root, "deno.json"), "utf8"));
  const bun = await fetchBun(hostOrThrow(), join(root, "dist", ".build"));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const plan: ModulesPlan = { root, entries: ["mod.ts", "cli/main.ts"], outdir: folder, libraries: null };
  await Promise.all([
    runPlan(bun, root, "bundle_modules.ts", plan),
    emitDeclarations(root, bun, "mod.ts", join(folder, "types")),
  ]);
  await writeFile(join(folder, "rhei.js"), '#!/usr/bin/env node\nimport "./main.js";\n', { mode: 0o755 });
  for (const file of ["README.md", "LICENSE"]) await copyFile(join(root, file), join(folder, file));
  const dependencies = await dependenciesOf(folder, manifest);
  await writeFile(join(folder, "package.json"), `${JSON.stringify(packageJson(manifest, dependencies), null, 2)}\n`);
  const packed = JSON.parse(await npm(["pack", "--json"], folder)) as [{ readonly filename: string }];
  const archive = join(folder, "..", packed[0].filename);
  await rename(join(folder, packed[0].filename), archive);
  return archive;
}

function packageJson({ version, license }: Manifest, dependencies: Readonly<Record<string, string>>): object {
  return {
    name: "rhei",
    version,
    description: "One SQL over a live SQLite database, with analytical queries answered by a columnar mirror",
    license,
    type: "module",
    engines: { node: NODE },
    bin: { rhei: "rhei.js" },
    exports: { ".": { types: "./types/mod.d.ts", default: "./mod.js" }, "./package.json": "./package.json" },
    dependencies,
  };
}

/** The packages the bundled modules and their declarations import, at the versions deno.json pins. */
async function dependenciesOf(folder: string, { imports }: Manifest): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|d\.ts)$/.test(name));
  const text = (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  const specifiers = [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
  const used = Object.entries(imports).filter(([name]) =>
    specifiers.some((specifier) => specifier === name || specifier.startsWith(`${name}/`))
  );
  return Object.fromEntries(used.map(([name, target]) => [name, target.slice(target.lastIndexOf("@") + 1)]));
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..", "..");
  try {
    const archive = await buildNpmPackage(root, join(root, "dist", "npm"));
    process.stdout.write(`${archive}: ${((await stat(archive)).size / 1e3).toFixed(0)} kB packed\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
