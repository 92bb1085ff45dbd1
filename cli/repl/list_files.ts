import { readdirSync } from "node:fs";

/** Paths beginning with the text, folders ending in `/`; hidden ones only when the dot is typed. Nothing where nothing can be listed. */
export function listFiles(beginning: string): string[] {
  const slash = beginning.lastIndexOf("/") + 1;
  const folder = beginning.slice(0, slash);
  const name = beginning.slice(slash);
  try {
    return readdirSync(folder === "" ? "." : folder, { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(name) && (name.startsWith(".") || !entry.name.startsWith(".")))
      .map((entry) => folder + entry.name + (entry.isDirectory() ? "/" : ""))
      .sort();
  } catch {
    // A folder that does not exist or may not be read has nothing to offer; the command itself will say so.
    return [];
  }
}
