import type { ScanSource, StoredTable } from "../column_scan.ts";
import type { Connection } from "../connection.ts";
import type { PackedBlock, PackedVector } from "../packed_columns.ts";
import { type FieldBuilder, fieldBuilder } from "./field_builder.ts";
import { PageFile } from "./page_file.ts";
import { RecordRun } from "./record_run.ts";
import { cellCount, LEAF_PAGE, leafRuns, long, word } from "./table_tree.ts";
import { Undecodable } from "./undecodable.ts";
import { Varint } from "./varint.ts";
import { keysWithin, type WantedRows } from "./wanted_rows.ts";

/** Rows read from pages. */
export interface PageBlock {
  /** `null` if some value is not of its column's class, or a faulty text. */
  readonly block: PackedBlock | null;
  readonly rowCount: number;
  /** The last of them. */
  readonly lastRowid: bigint;
  /** Size of the texts and blobs. */
  readonly bytes: number;
}

/** A block ends early beyond this. */
const BLOCK_BYTES_MAX = 1 << 23;
/** Pages read at a time. */
const PAGES_MIN = 4;
const PAGES_MAX = 64;
const LEAF_HEADER_BYTES = 8;

/**
 * Reads a table's rows from the pages they are stored in. SQL gives them value by value at 0.2 µs and more each; a page of some 30
 * rows takes 5 µs to get, and 30 ns a value to read. The formats are those of "Database File Format" in SQLite's documentation.
 */
export class PageReader {
  readonly #file: PageFile;
  readonly #source: ScanSource;
  readonly #stored: StoredTable;
  readonly #root: number;

  private constructor(file: PageFile, source: ScanSource, stored: StoredTable) {
    this.#file = file;
    this.#source = source;
    this.#stored = stored;
    this.#root = file.rootOf(stored.name);
  }

  /** `null` where the source has to be read by SQL. */
  static open(connection: Connection, source: ScanSource): PageReader | null {
    if (source.stored === undefined) return null;
    const file = PageFile.open(connection);
    return file === null ? null : new PageReader(file, source, source.stored);
  }

  /**
   * The first of the wanted rows, `rowsMax` at most but at least one; `null` if there are none.
   *
   * @throws {Undecodable} If they have to be read by SQL.
   */
  read(wanted: WantedRows, rowsMax: number): PageBlock | null {
    const rows = new RowGatherer(this.#file, this.#source, this.#stored, wanted, rowsMax);
    for (const leaves of leafRuns(this.#file, this.#root, wanted)) {
      for (let start = 0; start < leaves.length && !rows.isFull;) {
        const numbers = leaves.slice(start, start + rows.pagesToRead);
        rows.take(this.#file.read(numbers));
        start += numbers.length;
      }
      if (rows.isFull) break;
    }
    return rows.finish();
  }
}

/** Takes rows from leaf pages until it has enough. */
class RowGatherer {
  readonly #file: PageFile;
  readonly #wanted: WantedRows;
  readonly #keyWords: Int32Array | null;
  readonly #rowsMax: number;
  readonly #columns: readonly FieldBuilder[];
  readonly #run: RecordRun;
  readonly #payload = new Varint();
  readonly #rowid = new Varint();
  readonly #localMax: number;
  readonly #localMin: number;
  /** Pages behind one another; of the one at hand the first byte and the first beyond. */
  #pages: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #keyAt = 0;
  #rowCount = 0;
  #pageCount = 0;
  #lastHigh = 0;
  #lastLow = 0;
  #bytes = 0;
  #fits = true;

  constructor(file: PageFile, source: ScanSource, stored: StoredTable, wanted: WantedRows, rowsMax: number) {
    this.#file = file;
    this.#wanted = wanted;
    this.#rowsMax = rowsMax;
    const keys = keysWithin(wanted);
    this.#keyWords = keys === undefined ? null : new Int32Array(keys.buffer, keys.byteOffset, keys.length * 2);
    this.#columns = source.columns.map((column, at) => fieldBuilder(column, stored.fields[at]!, rowsMax));
    const indexes = stored.fields.map((field) => field.kind === "field" ? field.index : -1);
    this.#run = new RecordRun(Math.max(-1, ...indexes) + 1);
    const { usable } = file.sizes;
    this.#localMax = usable - 35;
    this.#localMin = Math.floor((usable - 12) * 32 / 255) - 23;
  }

  get isFull(): boolean {
    return !this.#fits || this.#rowCount >= this.#rowsMax || this.#bytes > BLOCK_BYTES_MAX;
  }

  /** As many as are likely to be needed. */
  get pagesToRead(): number {
    if (this.#rowCount === 0) return PAGES_MIN;
    const pages = Math.ceil((this.#rowsMax - this.#rowCount) * this.#pageCount / this.#rowCount);
    return Math.min(PAGES_MAX, Math.max(PAGES_MIN, pages));
  }

  /** Takes the wanted rows of leaf pages that lie behind one another. */
  take(pages: Uint8Array): void {
    const { page: size } = this.#file.sizes;
    this.#pages = pages;
    this.#run.begin(pages);
    for (this.#start = 0; this.#start < pages.length && !this.isFull; this.#start += size) {
      this.#end = this.#start + size;
      this.#takePage();
    }
    this.#flush();
  }

  #takePage(): void {
    if (this.#pages[this.#start] !== LEAF_PAGE) throw new Undecodable("A page is not a leaf of a table's tree");
    this.#pageCount++;
    const count = cellCount(this.#pages, this.#start);
    const all = this.#keyWords === null && count > 0 && this.#inRange(0) && this.#inRange(count - 1);
    for (let cell = 0; cell < count && !this.isFull; cell++) this.#takeCell(cell, all);
  }

  /** Leaves the cell's rowid in `#rowid` and its payload's length in `#payload`. */
  #readCell(cell: number): void {
    const start = this.#start;
    this.#payload.read(this.#pages, start + word(this.#pages, start + LEAF_HEADER_BYTES + cell * 2));
    this.#rowid.read(this.#pages, this.#payload.end);
    if (this.#rowid.end > this.#end) throw new Undecodable("A cell lies outside of its page");
  }

  #inRange(cell: number): boolean {
    this.#readCell(cell);
    const rowid = this.#rowid.bigint;
    return rowid >= this.#wanted.first && rowid <= this.#wanted.last;
  }

  #takeCell(cell: number, all: boolean): void {
    this.#readCell(cell);
    if (!all && !this.#wants()) return;
    const size = this.#payload.small;
    const start = this.#rowid.end;
    if (size < 0) throw new Undecodable("A record is longer than any");
    if (size <= this.#localMax) {
      if (start + size > this.#end) throw new Undecodable("A record lies outside of its page");
      this.#run.add(start, start + size, this.#rowid);
      this.#count();
    } else {
      this.#flush();
      this.#run.begin(this.#overflowing(start, size));
      this.#run.add(0, size, this.#rowid);
      this.#count();
      this.#flush();
      this.#run.begin(this.#pages);
    }
  }

  /** Whether the row of `#rowid` is wanted. Rows come in ascending order. */
  #wants(): boolean {
    const keys = this.#keyWords;
    if (keys === null) {
      const rowid = this.#rowid.bigint;
      return rowid >= this.#wanted.first && rowid <= this.#wanted.last;
    }
    const { high, low } = this.#rowid;
    for (; this.#keyAt < keys.length; this.#keyAt += 2) {
      const keyHigh = keys[this.#keyAt + 1]!;
      const keyLow = keys[this.#keyAt]!;
      if (keyHigh === high && keyLow === low) return true;
      if (keyHigh > high || (keyHigh === high && keyLow >>> 0 > low >>> 0)) return false;
    }
    return false;
  }

  #count(): void {
    this.#rowCount++;
    this.#lastHigh = this.#rowid.high;
    this.#lastLow = this.#rowid.low;
    if (this.#run.isFull) this.#flush();
  }

  /** Hands the run's rows to the columns, and empties it. */
  #flush(): void {
    const run = this.#run;
    if (run.rowCount > 0 && this.#fits) {
      let bytes = 0;
      for (const column of this.#columns) {
        this.#fits &&= column.add(run);
        bytes += column.bytes;
      }
      this.#bytes = bytes;
    }
    run.rowCount = 0;
  }

  /** A payload that goes on on overflow pages, each of which begins with the number of the next. */
  #overflowing(start: number, size: number): Uint8Array {
    const { usable } = this.#file.sizes;
    const fitting = this.#localMin + (size - this.#localMin) % (usable - 4);
    const local = fitting <= this.#localMax ? fitting : this.#localMin;
    if (start + local + 4 > this.#end) throw new Undecodable("A record lies outside of its page");
    const payload = new Uint8Array(size);
    payload.set(this.#pages.subarray(start, start + local));
    let next = long(this.#pages, start + local);
    for (let at = local; at < size;) {
      const overflow = this.#file.readOne(next);
      const part = overflow.subarray(4, Math.min(usable, 4 + size - at));
      payload.set(part, at);
      at += part.length;
      next = long(overflow, 0);
    }
    return payload;
  }

  finish(): PageBlock | null {
    if (this.#rowCount === 0) return null;
    const rowCount = this.#rowCount;
    const lastRowid = (BigInt(this.#lastHigh) << 32n) | BigInt(this.#lastLow >>> 0);
    return { block: this.#fits ? this.#pack(rowCount) : null, rowCount, lastRowid, bytes: this.#bytes };
  }

  #pack(rowCount: number): PackedBlock | null {
    const vectors: PackedVector[] = [];
    for (const column of this.#columns) {
      const vector = column.finish();
      if (vector === null) return null;
      vectors.push(vector);
    }
    return { rowCount, vectors };
  }
}
