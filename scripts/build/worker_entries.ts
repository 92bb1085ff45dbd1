import { readFile } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BundlerPlugin } from "./bun_api.ts";

/** How sources name the module a thread starts with. */
const THREAD = /new URL\("(\.\/[\w/]+)\.ts", import\.meta\.url\)/g;

/** A source file that starts threads. */
export interface ThreadStarter {
  readonly path: string;
  /** Modules its threads start with. */
  readonly entries: readonly string[];
}

/** All source files that start threads. */
export function threadStarters(root: string): ThreadStarter[] {
  return ["src", "cli"].flatMap((area) =>
    readdirSync(join(root, area), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
      .map((name) => join(root, area, name))
      .map((path) => ({ path, entries: entriesIn(path) }))
      .filter(({ entries }) => entries.length > 0)
  );
}

function entriesIn(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(THREAD)].map((match) => join(dirname(path), `${match[1]}.ts`));
}

/** Makes sources name the bundled module, which lies beside every other output of the bundler. */
export function threadEntriesPlugin(starters: readonly ThreadStarter[]): BundlerPlugin {
  return {
    name: "thread entries",
    setup(hooks) {
      for (const { path } of starters) {
        hooks.onLoad({ filter: new RegExp(`[\\\\/]${basename(path, ".ts")}\\.ts$`) }, async (module) => ({
          loader: "ts",
          contents: (await readFile(module.path, "utf8"))
            .replace(THREAD, (_, name: string) => `new URL("./${basename(name)}.js", import.meta.url)`),
        }));
      }
    },
  };
}
