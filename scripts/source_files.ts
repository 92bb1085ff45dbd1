import { readdirSync } from "node:fs";
import { join } from "node:path";

const AREAS = ["src", "cli", "tests", "bench", "scripts"];

/** All TypeScript files of the project, relative to `root`, sorted. */
export function sourceFiles(root: string): string[] {
  const files: string[] = ["mod.ts"];
  for (const area of AREAS) {
    for (const entry of readdirSync(join(root, area), { recursive: true, withFileTypes: true })) {
      // `bench/rivals/` has packages of its own.
      if (!entry.isFile() || !entry.name.endsWith(".ts") || entry.parentPath.includes("node_modules")) continue;
      files.push(join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll("\\", "/"));
    }
  }
  return files.sort();
}
