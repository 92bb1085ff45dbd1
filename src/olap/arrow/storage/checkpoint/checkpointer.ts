import type * as Arrow from "apache-arrow";
import { join } from "node:path";
import type { MirrorState, Watermark } from "../../../../types/mod.ts";
import { WriteLock } from "../../../write_lock.ts";
import type { StoreContents } from "../store_contents.ts";
import type { StoredTable } from "../stored_table.ts";
import type { TableSnapshot } from "../table_snapshot.ts";
import { bitmapData, dataOf, type FileColumn, loadArrow, textData, writeArrowFile } from "./arrow_file.ts";
import { type CheckedFile, syncFolder } from "./checked_file.ts";
import { DISK, type FileSystem } from "./file_system.ts";
import { loadCheckpoint } from "./load_checkpoint.ts";
import { type DictionaryFile, MANIFEST_FILES, type SegmentFile, type TableFiles, writeManifest } from "./manifest.ts";

/** Folder of the data files. */
const DATA_FOLDER = "data";

/**
 * Positions a file holds. Within an epoch positions keep their rows, so full files are written once; each checkpoint writes the last,
 * partial one anew.
 */
const SEGMENT_ROWS = 1 << 18;

/** A table as it is when a checkpoint begins. */
interface TableCut {
  readonly epoch: number;
  readonly snapshot: TableSnapshot;
}

/** Writes columns of a length to a new file. */
type WriteFile = (columns: readonly FileColumn[], length: number) => Promise<CheckedFile>;

/**
 * Writes and reads the checkpoints of a mirror in a folder: a manifest, and the data files it names. A checkpoint takes effect when its
 * manifest replaces the one before; files that none names any more are removed afterwards. Data is written from leased snapshots while
 * transactions go on.
 */
export class Checkpointer {
  readonly #disk: FileSystem;
  readonly #folder: string;
  readonly #dataFolder: string;
  readonly #segmentRows: number;
  readonly #turn = new WriteLock();
  #generation = 0;
  /** The files of the last checkpoint by the epoch of their table. */
  #written: ReadonlyMap<number, TableFiles> = new Map();
  #durable: MirrorState | null = null;
  #durableTables: readonly TableFiles[] = [];

  /** @param segmentRows Positions a file holds, a multiple of 8 and the same whenever a folder is opened. */
  constructor(folder: string, segmentRows = SEGMENT_ROWS, disk: FileSystem = DISK) {
    this.#disk = disk;
    this.#folder = folder;
    this.#segmentRows = segmentRows;
    this.#dataFolder = join(folder, DATA_FOLDER);
  }

  /** The watermark of the last checkpoint. */
  get watermark(): Watermark | null {
    return this.#durable?.watermark ?? null;
  }

  /** What the last checkpoint holds, `null` before the first. @throws When it is damaged or of another layout. */
  async load(): Promise<StoreContents | null> {
    const loaded = await loadCheckpoint(this.#disk, this.#folder, this.#dataFolder);
    if (loaded === null) return null;
    this.#generation = loaded.manifest.generation;
    this.#written = new Map(Array.from(loaded.files, ([table, files]) => [table.epoch, files]));
    this.#durable = loaded.contents.state;
    this.#durableTables = loaded.manifest.tables;
    await this.#removeOthers(this.#durableTables);
    return loaded.contents;
  }

  /** Writes what `contents` gives when its turn has come. Resolves once it is on disk. */
  async write(contents: () => StoreContents): Promise<void> {
    const release = await this.#turn.acquire();
    try {
      await this.#write(contents());
    } finally {
      release();
    }
  }

  /** Removes the checkpoint. */
  async clear(): Promise<void> {
    const release = await this.#turn.acquire();
    try {
      this.#written = new Map();
      this.#durable = null;
      this.#durableTables = [];
      for (const name of MANIFEST_FILES) await this.#disk.rm(join(this.#folder, name), { force: true });
      await this.#disk.rm(this.#dataFolder, { force: true, recursive: true });
    } finally {
      release();
    }
  }

  async #write({ state, tables }: StoreContents): Promise<void> {
    if (state === null) return;
    const leases = Array.from(tables.values(), (table) => ({ cut: cutOf(table), release: table.lease() }));
    try {
      const arrow = await loadArrow();
      await this.#disk.mkdir(this.#dataFolder, { recursive: true });
      const generation = ++this.#generation;
      const namer = fileNamer(generation);
      const written = new Map<number, TableFiles>();
      for (const { cut } of leases) written.set(cut.epoch, await this.#writeTable(arrow, cut, namer));
      const files = [...written.values()];
      if (state === this.#durable && files.every((each, at) => each === this.#durableTables[at])) return;
      await syncFolder(this.#disk, this.#dataFolder);
      await writeManifest(this.#disk, this.#folder, { state, generation, tables: files });
      this.#written = written;
      this.#durable = state;
      this.#durableTables = files;
      await this.#removeOthers(files);
    } finally {
      for (const { release } of leases) release();
    }
  }

  /** Writes what of a table the checkpoint before does not have. */
  async #writeTable(arrow: typeof Arrow, { epoch, snapshot }: TableCut, newName: () => string): Promise<TableFiles> {
    const { table, positionCount, rowCount } = snapshot;
    const before = this.#written.get(epoch);
    const isSameLength = before?.positionCount === positionCount;
    if (isSameLength && (before.deleted?.count ?? 0) === positionCount - rowCount) return before;
    const write: WriteFile = async (columns, length) => {
      const name = newName();
      return { name, ...await writeArrowFile(arrow, this.#disk, join(this.#dataFolder, name), columns, length) };
    };
    const kept = before?.segments.filter((segment) => isSameLength || segment.positionCount === this.#segmentRows) ??
      [];
    const added = await writeSegments(arrow, snapshot, sumOf(kept), this.#segmentRows, write);
    const former = before?.dictionaries ?? [];
    return {
      table,
      positionCount,
      segments: [...kept, ...added],
      dictionaries: await writeDictionaries(arrow, snapshot, former, kept.length > 0, write),
      deleted: await writeDeleted(arrow, snapshot, before?.deleted ?? null, write),
    };
  }

  /** Removes what no checkpoint names. A file that stays for now only takes space, and is tried again when the next one is written. */
  async #removeOthers(tables: readonly TableFiles[]): Promise<void> {
    const named = new Set<string>();
    for (const { segments, dictionaries, deleted } of tables) {
      for (const { name } of [...segments, ...dictionaries, ...(deleted === null ? [] : [deleted])]) named.add(name);
    }
    for (const name of await this.#disk.readdir(this.#dataFolder).catch(() => [])) { // no folder, no files
      if (named.has(name)) continue;
      await this.#disk.rm(join(this.#dataFolder, name), { force: true, recursive: true }).catch(() => {});
    }
  }
}

/** Writes positions from `start` on. */
async function writeSegments(
  arrow: typeof Arrow,
  { table, columns, positionCount }: TableSnapshot,
  start: number,
  segmentRows: number,
  write: WriteFile,
): Promise<SegmentFile[]> {
  const segments: SegmentFile[] = [];
  for (let from = start; from < positionCount; from += segmentRows) {
    const to = Math.min(positionCount, from + segmentRows);
    const data = columns.map((view, at) => ({ name: table.columns[at]!.name, data: dataOf(arrow, view, from, to) }));
    segments.push({ ...await write(data, to - from), positionCount: to - from });
  }
  return segments;
}

/**
 * Writes dictionaries that have grown.
 *
 * @param hasCodes Whether segments are kept: they may hold codes of dictionaries that columns have given up since.
 */
async function writeDictionaries(
  arrow: typeof Arrow,
  { table, columns }: TableSnapshot,
  former: readonly DictionaryFile[],
  hasCodes: boolean,
  write: WriteFile,
): Promise<DictionaryFile[]> {
  const files: DictionaryFile[] = [];
  for (const [column, { data }] of columns.entries()) {
    const before = former.find((file) => file.column === column);
    if (data.kind !== "dictionary") {
      if (before !== undefined && hasCodes) files.push(before);
      continue;
    }
    const { offsets, bytes, count } = data.dictionary;
    const texts = { name: table.columns[column]!.name, data: textData(arrow, offsets, bytes, count) };
    files.push(before?.count === count ? before : { ...await write([texts], count), column, count });
  }
  return files;
}

async function writeDeleted(
  arrow: typeof Arrow,
  { deleted, positionCount, rowCount }: TableSnapshot,
  before: TableFiles["deleted"],
  write: WriteFile,
): Promise<TableFiles["deleted"]> {
  const count = positionCount - rowCount;
  if (deleted === null || before?.count === count) return before;
  const column = { name: "deleted", data: bitmapData(arrow, deleted, positionCount) };
  return { ...await write([column], positionCount), positionCount, count };
}

function cutOf(table: StoredTable): TableCut {
  return { epoch: table.epoch, snapshot: table.snapshot };
}

function fileNamer(generation: number): () => string {
  let count = 0;
  return () => `${generation}-${++count}.arrow`;
}

function sumOf(segments: readonly SegmentFile[]): number {
  return segments.reduce((sum, { positionCount }) => sum + positionCount, 0);
}
