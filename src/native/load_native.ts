import { join } from "node:path";
import process from "node:process";
import { messageOf, RheiError } from "../errors/mod.ts";
import { cachePlaces, surroundings } from "./cache_places.ts";
import type { NativeLibrary } from "./native_library.ts";
import { discard, isGenuine, unpack } from "./unpack.ts";

/** Makes an addon's exports from its file. */
export type OpenAddon = (path: string) => unknown;

/** Places where one library could not be loaded: another is not unpacked there in vain. */
const unusable = new Set<string>();

/**
 * Loads a library the executable carries, from the first place where that works; what is not there yet is unpacked.
 *
 * @param places Folders to try in this order; by default those of {@linkcode cachePlaces}.
 * @param shared Whether what is unpacked is for other users too; by default where `RHEI_NATIVE_DIR` names the place.
 * @throws {RheiError} `IO_ERROR` when no place will do, with what was wrong with each.
 */
export function loadNative(
  library: NativeLibrary,
  places: readonly string[] = cachePlaces(surroundings()),
  open: OpenAddon = openAddon,
  shared = Boolean(process.env["RHEI_NATIVE_DIR"]),
): unknown {
  const failures: string[] = [];
  const untried = places.filter((place) => !unusable.has(place));
  for (const place of untried.length > 0 ? untried : places) {
    try {
      return loadFrom(library, place, open, shared);
    } catch (error) {
      unusable.add(place);
      failures.push(`${place}: ${messageOf(error)}`);
    }
  }
  throw new RheiError("IO_ERROR", `Cannot load the library "${library.name}":\n${failures.join("\n")}`, {
    hint: "set RHEI_NATIVE_DIR to a folder only you may write, on a file system that allows programs to be run from it",
  });
}

function loadFrom(library: NativeLibrary, place: string, open: OpenAddon, shared: boolean): unknown {
  const folder = unpack(library, place, shared);
  const addon = join(folder, library.files[0].name);
  try {
    return open(addon);
  } catch (error) {
    if (isGenuine(folder, library)) throw error;
    discard(folder);
    return open(join(unpack(library, place, shared), library.files[0].name));
  }
}

function openAddon(path: string): unknown {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, path);
  return module.exports;
}
