import { RheiError } from "../errors/mod.ts";
import type { ColumnBatch, ExactValue } from "../types/mod.ts";
import { batchFromRows } from "./batch_from_rows.ts";
import { ColumnMisfit, type ScanSource } from "./column_scan.ts";
import type { Connection } from "./connection.ts";
import { exactExpressions, exactValue, type TextOf } from "./exact_texts.ts";
import { PageReader } from "./pages/page_reader.ts";
import { Undecodable } from "./pages/undecodable.ts";
import { keysWithin, type WantedRows } from "./pages/wanted_rows.ts";
import { packBlock, type PackedBlock, packedExpressions, unpackBlock } from "./packed_columns.ts";

/** Rows of a table, in ascending order of their rowids, `rowsMax` at most. */
export interface BlockRange extends WantedRows {
  readonly rowsMax: number;
}

/** A range's rows. */
export type BlockOutcome =
  | { readonly kind: "end" }
  | {
    readonly kind: "block";
    /** `null` where the rows are unclear and must be read with {@linkcode BlockReader.readExact}. */
    readonly block: PackedBlock | null;
    readonly rowCount: number;
    readonly lastRowid: bigint;
    /** Size of what was packed. */
    readonly bytes: number;
  };

const SQLITE_TOOBIG = 18;

/** Most columns of a result SQLite allows, less those that stand before the packed ones. */
const PACKED_COLUMNS_MAX = 2000 - 2;

/** What a source is read by, but for values. */
class SourceSql {
  /** Column after column, as `c0`, `c1`, …. */
  readonly names: string;
  /** `null` for more columns than one row can have. */
  readonly packed: string | null;
  readonly exact: string;
  readonly #from: string;
  #all: { readonly packed: string | null; readonly exact: string } | undefined;

  constructor({ from, columns }: ScanSource) {
    this.#from = from;
    this.names = columns.map((column, i) => `${column.expression} AS c${i}`).join(", ");
    const packed = columns.flatMap((column, i) => packedExpressions(column, `c${i}`));
    this.packed = packed.length > PACKED_COLUMNS_MAX ? null : packed.join(", ");
    this.exact = exactExpressions(columns.map((_, i) => `c${i}`)).join(", ");
  }

  /** SELECTs of all rows. */
  get all(): { readonly packed: string | null; readonly exact: string } {
    return this.#all ??= this.#selectAll(`(SELECT ${this.names} FROM ${this.#from})`);
  }

  #selectAll(rows: string) {
    return {
      packed: this.packed === null ? null : `SELECT count(*), ${this.packed} FROM ${rows}`,
      exact: `SELECT ${this.exact} FROM ${rows}`,
    };
  }
}

/** Kept while their sources are: a sync of a few rows spends more time on texts than on rows. */
const SOURCE_SQL = new WeakMap<ScanSource, SourceSql>();

function sqlOf(source: ScanSource): SourceSql {
  let sql = SOURCE_SQL.get(source);
  if (sql === undefined) SOURCE_SQL.set(source, sql = new SourceSql(source));
  return sql;
}

/** Reads a source's rows through one connection, in its present transaction. */
export class BlockReader {
  readonly #connection: Connection;
  readonly #source: ScanSource;
  readonly #packable: boolean;
  readonly #decoder: TextDecoder;
  readonly #sql: SourceSql;
  /** `null` once it is known that the rows must be read by SQL, `undefined` before the first block. */
  #pages: PageReader | null | undefined;

  constructor(connection: Connection, source: ScanSource) {
    this.#connection = connection;
    this.#source = source;
    const encoding = connection.encoding;
    // A UTF-16 database casts text to blobs as UTF-16, which the packing does not expect.
    this.#packable = encoding === "utf-8";
    this.#decoder = decoderOf(encoding);
    this.#sql = sqlOf(source);
  }

  /** Lowest and highest rowid, `null` for an empty table. */
  rowidBounds(rowid: string): { first: bigint; last: bigint } | null {
    const { from } = this.#source;
    const first = this.#connection.scalar(`SELECT min(${rowid}) FROM ${from}`);
    const last = this.#connection.scalar(`SELECT max(${rowid}) FROM ${from}`);
    return typeof first === "bigint" && typeof last === "bigint" ? { first, last } : null;
  }

  /** The range's rows, packed. */
  readPacked(rowid: string, range: BlockRange): BlockOutcome {
    return this.#readPages(range) ?? this.#packBySql(rowid, range);
  }

  /** `null` where the pages are not for reading. */
  #readPages(range: BlockRange): BlockOutcome | null {
    try {
      // Texts of another encoding would have to be converted.
      if (this.#pages === undefined) {
        this.#pages = this.#packable ? PageReader.open(this.#connection, this.#source) : null;
      }
      if (this.#pages === null) return null;
      const block = this.#pages.read(range, range.rowsMax);
      return block === null ? { kind: "end" } : { kind: "block", ...block };
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
      // What holds for one block is likely to hold for others.
      this.#pages = null;
      return null;
    }
  }

  #packBySql(rowid: string, range: BlockRange): BlockOutcome {
    const columns = this.#packable && this.#sql.packed !== null ? `, ${this.#sql.packed}` : "";
    const [count, lastRowid, ...packed] = this.#queryRange(`SELECT count(*), max(k)${columns}`, rowid, range)[0]!;
    const rowCount = Number(count);
    if (rowCount === 0) return { kind: "end" };
    const block = columns === "" ? null : packBlock(this.#source.columns, rowCount, packed);
    const bytes = packed.reduce((sum: number, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);
    return { kind: "block", block, rowCount, lastRowid: lastRowid as bigint, bytes };
  }

  /** Rows of a SELECT over the range's rows, whose columns are `k` for the rowid, `c0`, `c1`, …. */
  #queryRange(select: string, rowid: string, range: BlockRange): readonly (readonly ExactValue[])[] {
    const keys = keysWithin(range);
    const where = keys === undefined
      ? `${rowid} >= ? AND ${rowid} <= ?`
      : `${rowid} IN (SELECT value FROM json_each(?))`;
    const values = keys === undefined ? [range.first, range.last] : [`[${keys.join()}]`];
    const sql = `${select} FROM (SELECT ${rowid} AS k, ${this.#sql.names} FROM ${this.#source.from} NOT INDEXED ` +
      `WHERE ${where} ORDER BY ${rowid} LIMIT ?)`;
    return this.#connection.query(sql, [...values, range.rowsMax]).rows;
  }

  /**
   * The range's rows, value by value.
   *
   * @throws {ColumnMisfit} At the first value that does not fit.
   */
  readExact(rowid: string, range: BlockRange): ColumnBatch {
    return this.#batch(this.#queryRange(`SELECT ${this.#sql.exact}`, rowid, range));
  }

  /** All rows of the source at once. */
  readAll(params: readonly ExactValue[]): ColumnBatch {
    return this.#readAllPacked(params) ?? this.#batch(this.#connection.query(this.#sql.all.exact, params).rows);
  }

  #readAllPacked(params: readonly ExactValue[]): ColumnBatch | null {
    const sql = this.#sql.all.packed;
    if (!this.#packable || sql === null) return null;
    try {
      const [count, ...packed] = this.#connection.row(sql, params)!;
      const rowCount = Number(count);
      if (rowCount === 0) return this.#batch([]);
      const block = packBlock(this.#source.columns, rowCount, packed);
      return block === null ? null : unpackBlock(block);
    } catch (error) {
      if (isTooBig(error)) return null;
      throw error;
    }
  }

  /** All rows of the source in order of reading, value by value, in batches. */
  *streamExact(
    params: readonly ExactValue[],
    batchRows: number,
    assertOpen: () => void,
  ): Generator<ColumnBatch, void, undefined> {
    const { exact } = this.#sql.all;
    for (const rows of this.#connection.stream(exact, params, batchRows, assertOpen)) yield this.#batch(rows);
  }

  /** Rows of {@linkcode exactExpressions} in columnar form. */
  #batch(rows: readonly (readonly ExactValue[])[]): ColumnBatch {
    const { columns } = this.#source;
    const textsOf = columns.map((_, i): TextOf<string> => (bytes) => this.#text(bytes, i));
    const exact = rows.map((row) => textsOf.map((textOf, i) => exactValue(row, i, 0, textOf)));
    return batchFromRows(exact, columns.map((column) => column.class));
  }

  #text(bytes: Uint8Array<ArrayBuffer>, index: number): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      const column = this.#source.columns[index]!;
      throw new ColumnMisfit(index, column.class, column.class === "text" ? "text that is not UTF-8" : "text");
    }
  }
}

const decoders = new Map<string, TextDecoder>();

/** Making one costs more than reading a few rows. */
function decoderOf(encoding: string): TextDecoder {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  return decoder;
}

/** Whether the packed texts of a block went beyond SQLite's limit: fewer rows fit. */
export function isTooBig(error: unknown): boolean {
  return error instanceof RheiError && error.details["sqliteCode"] === SQLITE_TOOBIG;
}
