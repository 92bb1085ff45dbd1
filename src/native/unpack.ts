import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { zstdDecompressSync } from "node:zlib";
import { invariant } from "../errors/mod.ts";
import { folderName, type NativeFile, type NativeLibrary } from "./native_library.ts";

/** Age from which a half-written copy is known to have been given up, in milliseconds. */
const ABANDONED_MS = 3_600_000;

/** Time without a start after which the copy of another version is removed, in milliseconds. */
const UNUSED_MS = 30 * 24 * 3_600_000;

/** How often a race for the final name is run again. */
const ATTEMPTS = 4;

const UNFINISHED = ".unpacking-";

/**
 * The folder with the library's files within `place`, unpacked now if it is not there whole. A folder gets its name only when all its
 * files are on disk, so any number of first starts may do this at once, and be killed.
 *
 * @param shared Whether other users may load it too; default: only this one.
 * @throws {Error} When the place cannot be written, or another user could change what lies there.
 */
export function unpack(library: NativeLibrary, place: string, shared = false): string {
  const folder = join(place, folderName(library));
  if (isWhole(folder, library)) {
    touch(folder);
    return folder;
  }
  const made = mkdirSync(place, { recursive: true, mode: shared ? 0o755 : 0o700 });
  // The umask may have taken away what the others need.
  if (shared && made !== undefined) chmodSync(place, 0o755);
  if (!isSafe(place)) throw new Error("another user owns the folder or may write to it");
  tidy(place, library);
  const unfinished = mkdtempSync(join(place, UNFINISHED));
  try {
    for (const file of library.files) writeDurably(join(unfinished, file.name), contentOf(file), shared);
    if (shared) chmodSync(unfinished, 0o755);
    syncFolder(unfinished);
    publish(unfinished, folder, library);
    syncFolder(place);
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Whether the files in `folder` hold exactly the library; unlike the check at every start, this reads all of them. */
export function isGenuine(folder: string, library: NativeLibrary): boolean {
  return library.files.every(({ name, sha256 }) => sha256Of(readFileSync(join(folder, name))) === sha256);
}

/** Removes a copy that is whole by its sizes and yet damaged, so that the next {@linkcode unpack} writes it anew. */
export function discard(folder: string): void {
  // Renamed first: another process must never see a part of it under its name.
  const aside = mkdtempSync(`${folder}${UNFINISHED}`);
  renameSync(folder, join(aside, "damaged"));
  rmSync(aside, { recursive: true, force: true });
}

function isWhole(folder: string, library: NativeLibrary): boolean {
  try {
    return isSafe(folder) &&
      library.files.every(({ name, sizeBytes }) => statSync(join(folder, name)).size === sizeBytes);
  } catch {
    // Not there, or not to be read: it will be unpacked, or that will say why not.
    return false;
  }
}

/** Whether nobody but this user and root could have put something there. */
function isSafe(folder: string): boolean {
  const found = lstatSync(folder);
  if (!found.isDirectory()) return false;
  const uid = process.getuid?.();
  return uid === undefined || ((found.uid === uid || found.uid === 0) && (found.mode & 0o022) === 0);
}

function contentOf({ name, asset, sizeBytes, sha256 }: NativeFile): Uint8Array {
  const content = zstdDecompressSync(readFileSync(asset));
  invariant(content.length === sizeBytes && sha256Of(content) === sha256, `the executable's copy of ${name} is whole`);
  return content;
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function writeDurably(path: string, content: Uint8Array, shared: boolean): void {
  const file = openSync(path, "wx", 0o700);
  try {
    for (let at = 0; at < content.length;) at += writeSync(file, content, at);
    if (shared) fchmodSync(file, 0o755);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  // Windows has no handle of a folder that could be flushed.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Gives the folder its name, unless another process was first; what stands there damaged gives way. */
function publish(unfinished: string, folder: string, library: NativeLibrary): void {
  for (let attempt = 1;; attempt++) {
    try {
      renameSync(unfinished, folder);
      return;
    } catch (error) {
      if (isWhole(folder, library)) return;
      if (attempt === ATTEMPTS) throw error;
    }
    try {
      discard(folder);
    } catch {
      // Another process moves the same folder: the next attempt sees which of both was first.
    }
  }
}

/** Removes what killed starts left, and copies of versions that have not been started for long. */
function tidy(place: string, library: NativeLibrary): void {
  for (const entry of readdirSync(place)) {
    const limit = entry.includes(UNFINISHED) ? ABANDONED_MS : entry.startsWith(`${library.name}-`) ? UNUSED_MS : null;
    if (limit === null) continue;
    try {
      const path = join(place, entry);
      if (Date.now() - statSync(path).mtimeMs > limit) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another process tidies too, or uses it: what is left only costs space.
    }
  }
}

/** Notes that this copy is in use. */
function touch(folder: string): void {
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // A folder that only root may write: then nobody tidies it either.
  }
}
