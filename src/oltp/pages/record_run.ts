import { Undecodable } from "./undecodable.ts";
import { Varint } from "./varint.ts";

/** Rows of a run at most: bounds its memory where rows have many columns. */
const RUN_ROWS_MAX = 256;

/** Type of a field that a record lacks because its column was added later. */
export const MISSING = -1;

/** Bytes of the values whose type is below 12; 10 and 11 are reserved. */
const TYPE_BYTES: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, -1, -1];

/**
 * Records that lie in the same bytes, taken apart: of each field its serial type and where its value begins. One pass over the
 * headers, after which each column is read by a loop of its own.
 */
export class RecordRun {
  readonly #header = new Varint();
  readonly #fieldCount: number;
  readonly types: Int32Array;
  readonly offsets: Int32Array;
  readonly rowidHigh = new Int32Array(RUN_ROWS_MAX);
  readonly rowidLow = new Int32Array(RUN_ROWS_MAX);
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  rowCount = 0;

  /** @param fieldCount Fields to look at; further ones are skipped. */
  constructor(fieldCount: number) {
    this.#fieldCount = fieldCount;
    this.types = new Int32Array(RUN_ROWS_MAX * fieldCount);
    this.offsets = new Int32Array(RUN_ROWS_MAX * fieldCount);
  }

  /** Distance between a field of one row and of the next in `types` and `offsets`. */
  get stride(): number {
    return this.#fieldCount;
  }

  get isFull(): boolean {
    return this.rowCount === RUN_ROWS_MAX;
  }

  /** Empties the run, to take records that lie in other bytes. */
  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.rowCount = 0;
  }

  /** Adds the record from `start` to `end` (excluded). */
  add(start: number, end: number, { high, low }: Varint): void {
    const { bytes, types, offsets } = this;
    const header = this.#header;
    const fieldCount = this.#fieldCount;
    header.read(bytes, start);
    const headerEnd = start + header.small;
    let at = header.end;
    if (headerEnd < at || headerEnd > end) throw damaged();
    let body = headerEnd;
    let slot = this.rowCount * fieldCount;
    const slotEnd = slot + fieldCount;
    for (; at < headerEnd && slot < slotEnd; slot++) {
      let type = bytes[at]!;
      if (type < 0x80) at++;
      else {
        header.read(bytes, at);
        at = header.end;
        type = header.small;
      }
      types[slot] = type;
      offsets[slot] = body;
      const size = type >= 12 ? (type - 12) >>> 1 : type < 0 ? -1 : TYPE_BYTES[type]!;
      if (size < 0) throw damaged();
      body += size;
    }
    if (at > headerEnd || body > end) throw damaged();
    for (; slot < slotEnd; slot++) types[slot] = MISSING;
    this.rowidHigh[this.rowCount] = high;
    this.rowidLow[this.rowCount] = low;
    this.rowCount++;
  }
}

function damaged(): Undecodable {
  return new Undecodable("A record does not fit its cell");
}
