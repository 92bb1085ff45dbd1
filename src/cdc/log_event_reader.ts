import { setImmediate as nextTurn } from "node:timers/promises";
import { invariant } from "../errors/mod.ts";
import { exactExpressions, exactText, exactValue, type OltpSnapshot } from "../oltp/mod.ts";
import type { LogRange } from "./change_source.ts";
import { type LogColumnMemory, LogColumnReader } from "./log_column_reader.ts";
import { type Layout, layoutsOfRange } from "./layouts.ts";
import type { CommitEvent, ImageValue, LogEvent } from "./log_event.ts";
import { imageColumn, keyColumn, LOG_TABLE } from "./log_objects.ts";
import { packedSelect, readPacked, unpacked } from "./packed_rows.ts";

/** Rows from which on reading them as columns pays. */
const COLUMNAR_ROWS_MIN = 500;

/** A log cut into so many pieces by what is no change of a row is read row by row. */
const BREAKS_MAX = 1000;

/** Columns before the values: number, table, operation, time. */
const FIXED_COLUMNS = 4;

const PAGE = `${LOG_TABLE} WHERE seq > ? AND seq <= ?`;

/** The commit marks of a range. */
export async function readCommits(snapshot: OltpSnapshot, { from, to }: LogRange): Promise<CommitEvent[]> {
  const { rows } = await snapshot.query(
    `SELECT seq, key0, at FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ? AND op = 'C' ORDER BY seq`,
    [BigInt(from), BigInt(to)],
  );
  return rows.map(([seq, firstSeq, at]) => ({
    kind: "commit",
    seq: Number(seq),
    firstSeq: Number(firstSeq),
    at: Number(at),
  }));
}

/** Log rows from which on they are read in bulk: for fewer that does not pay. */
const PACKED_ROWS_MIN = 50;

/** Gives the values of a log row by their place among keys and image. */
type ValueAt = (place: number) => ImageValue;

/**
 * Reads a range of a log with images: long stretches of changes alone as columns, the rest page by page in bulk, and from the first page
 * on that cannot be, value by value. Texts then come as blobs with a mark that they are texts: the driver cuts a text at a NUL and
 * cannot take one that is not in the database's encoding.
 */
export class LogEventReader {
  readonly #snapshot: OltpSnapshot;
  readonly #range: LogRange;
  readonly #decoder: TextDecoder;
  /** Those in force where the reader stands, by table id, and those to come. */
  readonly #layouts = new Map<number, Layout>();
  readonly #layoutsAhead: Map<number, Layout>;
  readonly #keyWidth: number;
  /** Columns of the log for keys, then for images. */
  readonly #values: readonly string[];
  /** `null` where rows are read value by value. */
  #packed: string | null;
  #columns: LogColumnReader | null = null;
  readonly #memory: LogColumnMemory;

  private constructor(
    snapshot: OltpSnapshot,
    range: LogRange,
    encoding: string,
    layouts: readonly Layout[],
    memory: LogColumnMemory,
  ) {
    this.#snapshot = snapshot;
    this.#memory = memory;
    this.#range = range;
    this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#layoutsAhead = new Map(layouts.filter(({ seq }) => seq > range.from).map((layout) => [layout.seq, layout]));
    for (const layout of layouts) if (layout.seq <= range.from) this.#layouts.set(layout.tableId, layout);
    this.#keyWidth = Math.max(1, ...layouts.map(({ key }) => key.length));
    const imageWidth = Math.max(0, ...layouts.map(({ columns }) => columns.length));
    this.#values = [
      ...Array.from({ length: this.#keyWidth }, (_, at) => keyColumn(at)),
      ...Array.from({ length: imageWidth }, (_, at) => imageColumn(at)),
    ];
    const isLong = encoding === "UTF-8" && range.to - range.from >= PACKED_ROWS_MIN;
    this.#packed = isLong ? packedSelect(["seq", "table_id", "op", "at", ...this.#values], PAGE) : null;
  }

  static async open(snapshot: OltpSnapshot, range: LogRange, memory: LogColumnMemory): Promise<LogEventReader> {
    const { rows } = await snapshot.query("SELECT encoding FROM pragma_encoding");
    return new LogEventReader(
      snapshot,
      range,
      String(rows[0]?.[0]),
      await layoutsOfRange(snapshot, range.from, range.to),
      memory,
    );
  }

  async *batches(batchRows: number): AsyncGenerator<readonly LogEvent[], void, undefined> {
    let { from } = this.#range;
    for (const stretch of await this.#plainStretches()) {
      yield* this.#rowBatches({ from, to: stretch.from }, batchRows);
      from = yield* this.#columnBatches(stretch, batchRows);
    }
    yield* this.#rowBatches({ from, to: this.#range.to }, batchRows);
  }

  /** Long stretches that hold nothing but changes of rows, in order, and no numbers that are not there. */
  async #plainStretches(): Promise<LogRange[]> {
    const { from, to } = this.#range;
    if (to - from < COLUMNAR_ROWS_MIN) return [];
    const range = [BigInt(from), BigInt(to)];
    const { rows } = await this.#snapshot.query(
      `SELECT seq FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ? AND op NOT IN ('I', 'U', 'D') ORDER BY seq ` +
        `LIMIT ${BREAKS_MAX}`,
      range,
    );
    if (rows.length === BREAKS_MAX) return [];
    const [count] = await this.#snapshot.row(`SELECT count(*) FROM ${LOG_TABLE} WHERE seq > ? AND seq <= ?`, range) ??
      [];
    if (Number(count) !== to - from) return [];
    const stretches: LogRange[] = [];
    let start = from;
    for (const end of [...rows.map(([seq]) => Number(seq)), to + 1]) {
      if (end - 1 - start >= COLUMNAR_ROWS_MIN) stretches.push({ from: start, to: end - 1 });
      start = end;
    }
    return stretches;
  }

  /** Reads a stretch as columns, as far as its values allow; gives the last number read. */
  async *#columnBatches(
    { from, to }: LogRange,
    batchRows: number,
  ): AsyncGenerator<readonly LogEvent[], number, undefined> {
    this.#columns ??= await LogColumnReader.open(this.#snapshot, {
      key: this.#keyWidth,
      image: this.#values.length - this.#keyWidth,
    }, this.#memory);
    const widthsOf = (tableId: number) => {
      const layout = this.#layouts.get(tableId);
      return layout === undefined ? undefined : { key: layout.key.length, image: layout.columns.length };
    };
    for (let first = from + 1; first <= to; first += batchRows) {
      const last = Math.min(to, first + batchRows - 1);
      const events = await this.#columns?.read(first, last, widthsOf) ?? null;
      if (events === null) return first - 1;
      if (events.length > 0) yield events;
      await nextTurn();
    }
    return to;
  }

  async *#rowBatches({ from, to }: LogRange, batchRows: number): AsyncGenerator<readonly LogEvent[], void, undefined> {
    for (let first = from; first < to; first += batchRows) {
      const page = [BigInt(first), BigInt(Math.min(first + batchRows, to))];
      const events = await this.#readPacked(page) ?? await this.#readExact(page);
      if (events.length > 0) yield events;
      await nextTurn();
    }
  }

  async #readPacked(page: readonly bigint[]): Promise<LogEvent[] | null> {
    const rows = this.#packed === null ? null : await readPacked(this.#snapshot, this.#packed, page);
    if (rows === null) {
      // What one page holds the next is likely to hold too.
      this.#packed = null;
      return null;
    }
    const { rowCount, columns } = rows;
    const [seqs = [], tableIds = [], operations = [], times = []] = columns;
    const events: LogEvent[] = [];
    let row = 0;
    let before = 0;
    const valueAt: ValueAt = (place) => unpacked(columns[FIXED_COLUMNS + place]![row]!);
    for (; row < rowCount; row++) {
      const seq = Number(seqs[row]);
      invariant(seq > before, "a range of rowids is read in order");
      before = seq;
      const at = times[row] === "" ? null : Number(times[row]);
      const event = this.#event(seq, Number(tableIds[row]), operations[row]!.slice(1), at, valueAt);
      if (event !== null) events.push(event);
    }
    return events;
  }

  async #readExact(page: readonly bigint[]): Promise<LogEvent[]> {
    const columns = ["seq", "table_id", "op", "at", ...exactExpressions(this.#values)];
    const sql = `SELECT ${columns.join(", ")} FROM ${PAGE} ORDER BY seq`;
    const { rows } = await this.#snapshot.query(sql, page);
    const events: LogEvent[] = [];
    for (const row of rows) {
      const at = row[3] === null || row[3] === undefined ? null : Number(row[3]);
      const event = this.#event(
        Number(row[0]),
        Number(row[1]),
        String(row[2]),
        at,
        (place) => exactValue(row, place, FIXED_COLUMNS, (bytes) => exactText(bytes, this.#decoder)),
      );
      if (event !== null) events.push(event);
    }
    return events;
  }

  #event(seq: number, tableId: number, operation: string, at: number | null, valueAt: ValueAt): LogEvent | null {
    switch (operation) {
      case "I":
      case "U":
      case "D":
        // A change without an image, logged before images began, or between their end and their return: the reload that they began with
        // stands for it. Every image has a time.
        return at === null ? null : this.#rowEvent(seq, tableId, operation, at, valueAt);
      case "C":
        return { kind: "commit", seq, firstSeq: Number(valueAt(0)), at: Number(at) };
      case "L": {
        const layout = this.#layoutsAhead.get(seq);
        invariant(layout, "a change of layout has its columns recorded");
        this.#layouts.set(layout.tableId, layout);
        return { kind: "layout", ...layout };
      }
      case "T":
        return { kind: "reload", seq, tableId };
      case "X":
        return { kind: "drop", seq, tableId: Number(valueAt(0)) };
      default:
        // The beginning of a log or of a transaction, or a probe among changes without images.
        return null;
    }
  }

  #rowEvent(
    seq: number,
    tableId: number,
    operation: "I" | "U" | "D",
    time: number,
    valueAt: ValueAt,
  ): LogEvent | null {
    const layout = this.#layouts.get(tableId);
    if (layout === undefined) return null;
    const key: ImageValue[] = [];
    for (let place = 0; place < layout.key.length; place++) key.push(valueAt(place));
    const [at, isAlone] = [Math.abs(time), time < 0];
    if (operation === "D") return { kind: "row", seq, tableId, operation, key, image: null, at, isAlone };
    const image: ImageValue[] = [];
    for (let column = 0; column < layout.columns.length; column++) image.push(valueAt(this.#keyWidth + column));
    return { kind: "row", seq, tableId, operation, key, image, at, isAlone };
  }
}
