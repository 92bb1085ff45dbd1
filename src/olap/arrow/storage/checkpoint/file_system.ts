import { mkdir, open, readdir, rename, rm } from "node:fs/promises";

/** An opened file; as in `node:fs/promises`. */
export interface OpenFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  stat(): Promise<{ readonly size: number }>;
  /** Has what was written on the disk; of a folder, the names in it. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What checkpoints need of a file system, in the words of `node:fs/promises`. Injected, so that a checkpoint can be shown to survive one
 * that fails at any step, or forgets what was not synced.
 */
export interface FileSystem {
  /** Opens a file or folder to read, or a file to write from its beginning, made or emptied. */
  open(path: string, flags: "r" | "w"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: true; readonly recursive?: true }): Promise<void>;
  readdir(path: string): Promise<readonly string[]>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
}

/** The operating system's. */
export const DISK: FileSystem = { open, rename, rm, readdir, mkdir };
