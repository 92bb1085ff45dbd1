import type { FileSystem, OpenFile } from "../../../src/olap/arrow/storage/checkpoint/file_system.ts";
import { Random } from "../../fuzz/random.ts";

/** A file's bytes: as written, and as of the last sync. */
interface Inode {
  written: Uint8Array;
  synced: Uint8Array;
}

type Names = Map<string, Inode>;

/**
 * A disk in memory that knows what is durable: a file's bytes once it was synced, changes of names once a folder was. Before, a power
 * loss may keep changes of names up to any of them, in order, and any beginning of a file's bytes.
 */
export class SimulatedDisk implements FileSystem {
  readonly #names: Names;
  readonly #durable: Names;
  /** Changes of names since the last sync of a folder. */
  #pending: ((names: Names) => void)[] = [];

  constructor(names: Names = new Map()) {
    this.#names = new Map(names);
    this.#durable = new Map(names);
  }

  /** The disk as the next process finds it when this one ended now. */
  afterCrash(): SimulatedDisk {
    return new SimulatedDisk(copied(this.#names, (inode) => inode.written));
  }

  /** The disk as it is found when the machine stopped now. */
  afterPowerLoss(seed: number): SimulatedDisk {
    const random = new Random(seed);
    const names = new Map(this.#durable);
    for (const change of this.#pending.slice(0, random.int(0, this.#pending.length))) change(names);
    return new SimulatedDisk(copied(names, ({ synced, written }) => {
      if (synced === written) return synced;
      return random.chance(1 / 2) ? synced : written.subarray(0, random.int(0, written.length));
    }));
  }

  /** Bytes that would be found in a file if the machine stopped now and nothing unsynced was kept. */
  durableBytes(path: string): Uint8Array | null {
    return this.#durable.get(path)?.synced ?? null;
  }

  async open(path: string, flags: "r" | "w"): Promise<OpenFile> {
    if (flags === "w") {
      const inode = { written: NOTHING, synced: NOTHING };
      this.#change((names) => names.set(path, inode));
      return this.#opened(inode);
    }
    const inode = this.#names.get(path);
    if (inode !== undefined) return this.#opened(inode);
    if (this.#isFolder(path)) return this.#openedFolder();
    throw missing(path);
  }

  async rename(from: string, to: string): Promise<void> {
    if (!this.#names.has(from)) throw missing(from);
    this.#change((names) => {
      const inode = names.get(from);
      if (inode === undefined) return;
      names.delete(from);
      names.set(to, inode);
    });
  }

  async rm(path: string): Promise<void> {
    this.#change((names) => {
      for (const name of [...names.keys()]) if (name === path || name.startsWith(`${path}/`)) names.delete(name);
    });
  }

  async readdir(path: string): Promise<readonly string[]> {
    if (!this.#isFolder(path)) throw missing(path);
    return [...this.#names.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) =>
      name.slice(path.length + 1)
    );
  }

  /** Folders are there as soon as something is in them. */
  async mkdir(): Promise<void> {}

  #isFolder(path: string): boolean {
    return [...this.#names.keys()].some((name) => name.startsWith(`${path}/`));
  }

  #change(change: (names: Names) => void): void {
    change(this.#names);
    this.#pending.push(change);
  }

  #opened(inode: Inode): OpenFile {
    return {
      read: async (buffer, offset, length, position) => {
        const part = inode.written.subarray(position, position + length);
        buffer.set(part, offset);
        return { bytesRead: part.length };
      },
      write: async (buffer, offset, length, position) => {
        const bytes = new Uint8Array(Math.max(inode.written.length, position + length));
        bytes.set(inode.written);
        bytes.set(buffer.subarray(offset, offset + length), position);
        inode.written = bytes;
        return { bytesWritten: length };
      },
      stat: async () => ({ size: inode.written.length }),
      sync: async () => void (inode.synced = inode.written),
      close: async () => {},
    };
  }

  #openedFolder(): OpenFile {
    const sync = async () => {
      for (const change of this.#pending) change(this.#durable);
      this.#pending = [];
    };
    return { ...this.#opened({ written: NOTHING, synced: NOTHING }), sync };
  }
}

const NOTHING = new Uint8Array();

function copied(names: Names, bytesOf: (inode: Inode) => Uint8Array): Names {
  return new Map(Array.from(names, ([name, inode]) => {
    const bytes = bytesOf(inode);
    return [name, { written: bytes, synced: bytes }];
  }));
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, "${path}"`), { code: "ENOENT" });
}
