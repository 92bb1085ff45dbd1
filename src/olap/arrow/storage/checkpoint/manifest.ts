import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { MirrorState, MirrorTable } from "../../../../types/mod.ts";
import { type CheckedFile, DamagedFile, readWhole, syncFolder, writeChecked } from "./checked_file.ts";
import type { FileSystem } from "./file_system.ts";

const MANIFEST_NAME = "manifest.json";
/** Layout of the files; another one is rebuilt. */
const LAYOUT = "rhei arrow mirror 1";

/** Rows of a table in a file, from where the file before ends. */
export interface SegmentFile extends CheckedFile {
  readonly positionCount: number;
}

/** The texts a column's codes stand for. */
export interface DictionaryFile extends CheckedFile {
  /** Position of the column in its table. */
  readonly column: number;
  readonly count: number;
}

/** Which positions are deleted. */
export interface DeletedFile extends CheckedFile {
  /** Positions the file tells of; none behind them is deleted. */
  readonly positionCount: number;
  readonly count: number;
}

/** The files of a table. */
export interface TableFiles {
  readonly table: MirrorTable;
  readonly positionCount: number;
  readonly segments: readonly SegmentFile[];
  readonly dictionaries: readonly DictionaryFile[];
  /** `null` when no position is deleted. */
  readonly deleted: DeletedFile | null;
}

/** What a checkpoint consists of. */
export interface Manifest {
  readonly state: MirrorState;
  /** Counts up; part of the names of files, so that none is written twice. */
  readonly generation: number;
  readonly tables: readonly TableFiles[];
}

/**
 * Puts a manifest in the place of the one before: the moment at which a checkpoint takes effect. The files it names must be on disk.
 */
export async function writeManifest(disk: FileSystem, folder: string, manifest: Manifest): Promise<void> {
  const body = JSON.stringify(manifest);
  const text = `${LAYOUT} ${checksumOf(body)}\n${body}\n`;
  const temporary = join(folder, `${MANIFEST_NAME}.new`);
  await writeChecked(disk, temporary, [new TextEncoder().encode(text)]);
  await disk.rename(temporary, join(folder, MANIFEST_NAME));
  await syncFolder(disk, folder);
}

/** The manifest in a folder, `null` where there is none. @throws {DamagedFile} If it is damaged or of another layout. */
export async function readManifest(disk: FileSystem, folder: string): Promise<Manifest | null> {
  let text: string;
  try {
    text = new TextDecoder().decode(await readWhole(disk, join(folder, MANIFEST_NAME)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1, -1);
  if (text.slice(0, end) !== `${LAYOUT} ${checksumOf(body)}` || !text.endsWith("\n")) {
    throw new DamagedFile("The mirror's manifest is damaged or of another layout");
  }
  return JSON.parse(body) as Manifest;
}

/** The names of a mirror's own files beside its folder of data. */
export const MANIFEST_FILES: readonly string[] = [MANIFEST_NAME, `${MANIFEST_NAME}.new`];

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
