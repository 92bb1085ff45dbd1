import { existsSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import process from "node:process";

/** What the choice of places depends on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** `undefined` where users have no number. */
  readonly uid: number | undefined;
  /** `null` when there is none, or when it belongs to another user, as after `sudo`. */
  readonly home: string | null;
  /** `null` when there is none. */
  readonly temporary: string | null;
  /** Of the running program. */
  readonly program: string;
}

/** The surroundings of this process. */
export function surroundings(): Surroundings {
  const uid = process.getuid?.();
  const temporary = tmpdir();
  return {
    env: process.env,
    platform: process.platform,
    uid,
    home: ownHome(uid),
    temporary: existsSync(temporary) ? temporary : null,
    program: process.execPath,
  };
}

/**
 * Folders in which native libraries may be kept, best first. `RHEI_NATIVE_DIR` is the only one where it is set, because whoever sets
 * it means it.
 */
export function cachePlaces({ env, platform, uid, home, temporary, program }: Surroundings): string[] {
  const chosen = env["RHEI_NATIVE_DIR"];
  if (chosen) return [chosen];
  const places: string[] = [];
  const local = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_CACHE_HOME"];
  if (local && isAbsolute(local)) places.push(join(local, "rhei", "native"));
  if (home !== null) {
    const caches = platform === "darwin" ? join("Library", "Caches") : ".cache";
    places.push(join(home, caches, "rhei", "native"));
  }
  if (temporary !== null) places.push(join(temporary, `rhei-native-${uid ?? "user"}`));
  // The last resort, for a program that was put into a folder with nothing else.
  places.push(join(dirname(program), "rhei-native"));
  return [...new Set(places)];
}

function ownHome(uid: number | undefined): string | null {
  try {
    const home = homedir();
    if (!isAbsolute(home) || home === "/") return null;
    // Root must not load what another user could have put there, nor leave folders there which that user cannot remove.
    return uid === undefined || statSync(home).uid === uid ? home : null;
  } catch {
    // No entry for this user, or a folder that is not there: neither is needed.
    return null;
  }
}
