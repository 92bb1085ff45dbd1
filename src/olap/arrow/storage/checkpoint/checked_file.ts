import process from "node:process";
import { crc32 } from "node:zlib";
import type { FileSystem, OpenFile } from "./file_system.ts";

/** Bytes written at a time: the work between two turns of the event loop is a millisecond. */
const SLAB_BYTES = 1 << 20;

/** A file as the manifest names it. */
export interface CheckedFile {
  /** Within the folder of data files. */
  readonly name: string;
  readonly byteLength: number;
  readonly crc32: number;
}

/** Thrown for a file that is not as it was written. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/** Writes chunks to a new file and on to the disk. Chunks may be views of shared memory, which must not change meanwhile. */
export async function writeChecked(
  disk: FileSystem,
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Omit<CheckedFile, "name">> {
  const file = await disk.open(path, "w");
  try {
    const slab = new Uint8Array(SLAB_BYTES);
    let filled = 0;
    let byteLength = 0;
    let checksum = 0;
    const flush = async () => {
      checksum = crc32(slab.subarray(0, filled), checksum);
      for (let from = 0; from < filled;) {
        from += (await file.write(slab, from, filled - from, byteLength + from)).bytesWritten;
      }
      byteLength += filled;
      filled = 0;
    };
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length;) {
        const part = chunk.subarray(from, from + SLAB_BYTES - filled);
        slab.set(part, filled);
        filled += part.length;
        from += part.length;
        if (filled === SLAB_BYTES) await flush();
      }
    }
    if (filled > 0) await flush();
    await file.sync();
    return { byteLength, crc32: checksum };
  } finally {
    await file.close();
  }
}

/** Reads a whole file. @throws {DamagedFile} Unless it is as it was written. */
export async function readChecked(
  disk: FileSystem,
  path: string,
  { byteLength, crc32: expected }: CheckedFile,
): Promise<Uint8Array> {
  const file = await disk.open(path, "r");
  try {
    const { size } = await file.stat();
    if (size !== byteLength) throw new DamagedFile(`"${path}" has ${size} bytes, not ${byteLength}`);
    const bytes = await readBytes(file, path, byteLength);
    if (crc32(bytes) !== expected) throw new DamagedFile(`"${path}" has another checksum`);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Reads a whole file of which nothing is known. */
export async function readWhole(disk: FileSystem, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, "r");
  try {
    const { size } = await file.stat();
    return await readBytes(file, path, size);
  } finally {
    await file.close();
  }
}

async function readBytes(file: OpenFile, path: string, byteLength: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength);
  for (let from = 0; from < byteLength;) {
    const { bytesRead } = await file.read(bytes, from, byteLength - from, from);
    if (bytesRead === 0) throw new DamagedFile(`"${path}" ends early`);
    from += bytesRead;
  }
  return bytes;
}

/** Makes the names in a folder durable. */
export async function syncFolder(disk: FileSystem, path: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there, and their entries are written through
  const folder = await disk.open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
