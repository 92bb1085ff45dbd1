import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** The script a shell runs at its start, `~/.rheirc`, or `null` where there is none. */
export function startScriptPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const home = environment["HOME"] ?? environment["USERPROFILE"];
  if (home === undefined || !isAbsolute(home)) return null;
  const path = join(home, ".rheirc");
  return existsSync(path) ? path : null;
}
