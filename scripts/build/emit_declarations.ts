import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { runBun } from "./bun.ts";
import { fetchPackage, type PinnedPackage } from "./npm_packages.ts";

/** The last compiler that is written in JavaScript, and so is one package for all platforms. */
const TYPESCRIPT: PinnedPackage = {
  name: "typescript",
  version: "5.9.3",
  integrity: "sha512-jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw==",
};

/** The module a declaration is taken from, in the three forms declarations name one. */
const RELATIVE = /((?:from|import)\s*\(?\s*["'])(\.{1,2}\/[^"']+)\.ts(["'])/g;

/** Makes sure TypeScript's compiler lies in the build folder, and returns the path of its program. */
export async function fetchTypescript(root: string): Promise<string> {
  return join(await fetchPackage(TYPESCRIPT, join(root, "dist", ".build", "packages")), "lib", "tsc.js");
}

/** Writes the declarations of a module, and of those it takes names from, to `outdir`. */
export async function emitDeclarations(root: string, bun: string, entry: string, outdir: string): Promise<void> {
  const tsc = await fetchTypescript(root);
  const scratch = await mkdtemp(join(root, "dist", ".build", "declarations-"));
  try {
    const emitted = join(scratch, "emitted");
    const config = join(scratch, "tsconfig.json");
    await writeFile(config, JSON.stringify(compilerConfig(root, entry, emitted)));
    await runBun(bun, [tsc, "--project", config], root);
    await copyReachable(emitted, entry.replace(/\.ts$/, ".d.ts"), outdir);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function compilerConfig(root: string, entry: string, outDir: string): object {
  return {
    compilerOptions: {
      target: "esnext",
      lib: ["esnext", "esnext.disposable", "dom"],
      module: "nodenext",
      types: ["node"],
      typeRoots: [join(root, "node_modules", ".deno", "node_modules", "@types")],
      declaration: true,
      emitDeclarationOnly: true,
      // Deno has checked them, against its own libraries.
      noCheck: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      rootDir: root,
      outDir,
    },
    files: [join(root, entry)],
  };
}

/** The compiler writes declarations of every module of the program; most of them describe nothing that can be seen from outside. */
async function copyReachable(from: string, entry: string, to: string): Promise<void> {
  const known = new Set(await readdir(from, { recursive: true }));
  const pending = [entry];
  const seen = new Set(pending);
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const text = await readFile(join(from, file), "utf8");
    for (const [, , specifier] of text.matchAll(RELATIVE)) {
      const target = resolve("/", dirname(file), `${specifier}.d.ts`).slice(1);
      if (!known.has(target) || seen.has(target)) continue;
      seen.add(target);
      pending.push(target);
    }
    await mkdir(dirname(join(to, file)), { recursive: true });
    await writeFile(join(to, file), text.replace(RELATIVE, "$1$2.js$3"));
  }
}
