import type * as Arrow from "apache-arrow";
import { join } from "node:path";
import { invariant } from "../../../../errors/mod.ts";
import { foldName } from "../../../../sql/mod.ts";
import { type ColumnClass, MIRROR_FORMAT_VERSION, watermark } from "../../../../types/mod.ts";
import { bitmapBytes } from "../bitmap.ts";
import { BlobColumn } from "../blob_column.ts";
import type { StoreContents } from "../store_contents.ts";
import { NumberColumn } from "../number_column.ts";
import { sharedArray } from "../shared_memory.ts";
import type { StoredColumn } from "../stored_column.ts";
import { StoredTable } from "../stored_table.ts";
import { TextColumn } from "../text_column.ts";
import { GrowingDictionary } from "../text_dictionary.ts";
import { loadArrow, nullsOf, readArrowFile } from "./arrow_file.ts";
import { type CheckedFile, DamagedFile } from "./checked_file.ts";
import type { FileSystem } from "./file_system.ts";
import { type Manifest, readManifest, type TableFiles } from "./manifest.ts";

/** A checkpoint as it was read. */
export interface LoadedCheckpoint {
  readonly manifest: Manifest;
  readonly contents: StoreContents;
  /** The files each table came from. */
  readonly files: ReadonlyMap<StoredTable, TableFiles>;
}

/**
 * Reads the checkpoint in a mirror's folder, `null` where none was written yet.
 *
 * @param disk Where the folders are.
 * @param dataFolder Where the files are that the manifest names.
 * @throws When it is damaged or of another layout.
 */
export async function loadCheckpoint(
  disk: FileSystem,
  folder: string,
  dataFolder: string,
): Promise<LoadedCheckpoint | null> {
  const manifest = await readManifest(disk, folder);
  if (manifest === null) return null;
  const { state } = manifest;
  if (state.formatVersion !== MIRROR_FORMAT_VERSION) {
    throw new DamagedFile(`The mirror is of version ${state.formatVersion}, not ${MIRROR_FORMAT_VERSION}`);
  }
  const arrow = await loadArrow();
  const read: ReadFile = (file, length) => readArrowFile(arrow, disk, join(dataFolder, file.name), file, length);
  const tables = new Map<string, StoredTable>();
  const files = new Map<StoredTable, TableFiles>();
  for (const each of manifest.tables) {
    const table = await loadTable(arrow, read, each);
    tables.set(foldName(each.table.name), table);
    files.set(table, each);
  }
  return { manifest, contents: { state: { ...state, watermark: watermark(state.watermark) }, tables }, files };
}

/** Gives the columns of a data file of a length. */
type ReadFile = (file: CheckedFile, length: number) => Promise<readonly Arrow.Data[]>;

async function loadTable(arrow: typeof Arrow, read: ReadFile, files: TableFiles): Promise<StoredTable> {
  const { table } = files;
  const dictionaries = new Map<number, GrowingDictionary>();
  for (const file of files.dictionaries) {
    const [texts] = await read(file, file.count);
    invariant(texts !== undefined, "a dictionary file has one column");
    dictionaries.set(file.column, GrowingDictionary.of(texts.valueOffsets, texts.values, file.count));
  }
  const columns: (StoredColumn | undefined)[] = table.columns.map(() => undefined);
  for (const segment of files.segments) {
    const data = await read(segment, segment.positionCount);
    for (const [at, { class: columnClass }] of table.columns.entries()) {
      const part = data[at];
      invariant(part !== undefined, "a segment has all columns of its table");
      columns[at] = appended(arrow, columns[at], columnClass, part, dictionaries.get(at));
    }
  }
  if (files.segments.length === 0) return new StoredTable(table);
  return new StoredTable(table, columns as StoredColumn[], await loadDeleted(read, files));
}

async function loadDeleted(read: ReadFile, files: TableFiles): Promise<Uint8Array | null> {
  const { deleted, positionCount } = files;
  if (deleted === null) return null;
  const [bits] = await read(deleted, deleted.positionCount);
  invariant(bits !== undefined, "a file of deletions has one column");
  const shared = sharedArray(Uint8Array, bitmapBytes(positionCount));
  shared.set((bits.values as Uint8Array).subarray(0, bitmapBytes(deleted.positionCount)));
  return shared;
}

/** Adds a segment's values to a column, or begins one with them. */
function appended(
  arrow: typeof Arrow,
  before: StoredColumn | undefined,
  columnClass: ColumnClass,
  part: Arrow.Data,
  dictionary: GrowingDictionary | undefined,
): StoredColumn {
  const nulls = nullsOf(part);
  switch (columnClass) {
    case "integer":
    case "real":
    case "number": {
      const column = before ?? new NumberColumn(columnClass);
      invariant(column instanceof NumberColumn, "a column keeps its class");
      column.appendStored(part.values.subarray(0, part.length), nulls); // the buffer is padded
      return column;
    }
    case "blob": {
      const column = before ?? new BlobColumn();
      invariant(column instanceof BlobColumn, "a column keeps its class");
      column.appendArrow(part.valueOffsets, part.values, part.length, nulls);
      return column;
    }
    case "text":
      return appendedText(arrow, before, part, nulls, dictionary);
  }
}

/** A column that gave its dictionary up has codes in its older segments only. */
function appendedText(
  arrow: typeof Arrow,
  before: StoredColumn | undefined,
  part: Arrow.Data,
  nulls: Uint8Array | null,
  dictionary: GrowingDictionary | undefined,
): StoredColumn {
  const coded = !arrow.DataType.isUtf8(part.type);
  const values = part.values.subarray(0, part.length); // the buffer is padded
  const column = before ?? new TextColumn(coded ? dictionary : null);
  invariant(column instanceof TextColumn, "a column keeps its class");
  if (coded) {
    invariant(dictionary !== undefined, "codes come with their dictionary");
    column.appendCodes(dictionary, values, nulls);
  } else {
    column.becomePlain();
    column.appendArrow(part.valueOffsets, part.values, part.length, nulls);
  }
  return column;
}
