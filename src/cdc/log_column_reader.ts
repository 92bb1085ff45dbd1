import { invariant } from "../errors/mod.ts";
import {
  ColumnMisfit,
  type ColumnReader,
  type Misfit,
  type OltpSnapshot,
  type ScanSource,
  type StoredField,
} from "../oltp/mod.ts";
import { type ColumnBatch, type ColumnClass, type ColumnVector, type ExactValue, numberToExact } from "../types/mod.ts";
import type { LogEvent } from "./log_event.ts";
import { imageColumn, keyColumn, LOG_TABLE } from "./log_objects.ts";

/** Columns before the keys: number, table, operation, time. */
const FIXED_CLASSES: readonly ColumnClass[] = ["integer", "integer", "text", "integer"];

/** How wide a table's rows in the log are. */
export interface LogWidths {
  readonly key: number;
  readonly image: number;
}

/** What the columns of the log held when they were read last: finding it out by trying takes longer than reading the rows. */
export class LogColumnMemory {
  #of = "";
  #source: ScanSource | null = null;

  /** The source that fitted a log of the same columns. */
  recall(of: string): ScanSource | null {
    return this.#of === of ? this.#source : null;
  }

  keep(of: string, source: ScanSource | null): void {
    this.#of = of;
    this.#source = source;
  }
}

/**
 * Reads stretches of the log that hold only changes of rows, as columns, which takes a fraction of what rows cost. The columns of keys
 * and images hold values of any class; a stretch can be read so where each holds values of one class (or NULLs), which is found out by
 * trying.
 */
export class LogColumnReader {
  readonly #snapshot: OltpSnapshot & ColumnReader;
  readonly #names: readonly string[];
  readonly #keyWidth: number;
  readonly #wanted: readonly string[];
  readonly #memory: LogColumnMemory;
  /** What a source is remembered by. */
  readonly #of: string;
  #source: ScanSource;
  #isRecalled: boolean;

  private constructor(
    snapshot: OltpSnapshot & ColumnReader,
    names: readonly string[],
    { key, image }: LogWidths,
    memory: LogColumnMemory,
  ) {
    this.#snapshot = snapshot;
    this.#names = names;
    this.#keyWidth = key;
    this.#wanted = [
      "seq",
      "table_id",
      "op",
      "at",
      ...Array.from({ length: key }, (_, at) => keyColumn(at)),
      ...Array.from({ length: image }, (_, at) => imageColumn(at)),
    ];
    this.#memory = memory;
    this.#of = JSON.stringify([key, image, names]);
    const recalled = memory.recall(this.#of);
    this.#isRecalled = recalled !== null;
    this.#source = recalled ?? this.#untried();
  }

  /** `null` where the snapshot does not read columns. */
  static async open(
    snapshot: OltpSnapshot,
    widths: LogWidths,
    memory: LogColumnMemory,
  ): Promise<LogColumnReader | null> {
    const { scanColumns, readColumns } = snapshot;
    if (scanColumns === undefined || readColumns === undefined) return null;
    const { rows } = await snapshot.query(`SELECT name FROM pragma_table_info('${LOG_TABLE}', 'main') ORDER BY cid`);
    const names = rows.map(([name]) => String(name));
    return new LogColumnReader(snapshot as OltpSnapshot & ColumnReader, names, widths, memory);
  }

  /** The rows `first` to `last`, all of which are there; `null` where some column holds values of several classes. */
  async read(
    first: number,
    last: number,
    widthsOf: (tableId: number) => LogWidths | undefined,
  ): Promise<LogEvent[] | null> {
    const count = last - first + 1;
    const keys = new BigInt64Array(count);
    for (let row = 0; row < count; row++) keys[row] = BigInt(first + row);
    while (true) {
      try {
        const batches: ColumnBatch[] = [];
        const scan = { source: this.#source, rowid: "seq", keys, batchRows: count };
        for await (const batch of this.#snapshot.scanColumns(scan)) batches.push(batch);
        // Threads that share the work give parts in any order.
        batches.sort((a, b) => firstNumber(a) < firstNumber(b) ? -1 : 1);
        this.#memory.keep(this.#of, this.#source);
        return batches.flatMap((batch) => this.#events(batch, widthsOf));
      } catch (error) {
        if (!(error instanceof ColumnMisfit)) throw error;
        const next = this.#next(error);
        if (next === null) return null;
        this.#source = next;
      }
    }
  }

  /** What to try after a value did not fit; `null` where nothing is left. What fitted before may stand in the way of what would now. */
  #next({ columnIndex, expected, met }: ColumnMisfit): ScanSource | null {
    const other = columnIndex < FIXED_CLASSES.length ? null : otherClass(expected, met);
    if (other !== null) return this.#sourceOf(this.#source.columns.map((c) => c.class).with(columnIndex, other));
    this.#memory.keep(this.#of, null);
    if (!this.#isRecalled) return null;
    this.#isRecalled = false;
    return this.#untried();
  }

  #untried(): ScanSource {
    return this.#sourceOf(this.#wanted.map((_, at) => FIXED_CLASSES[at] ?? "integer"));
  }

  #sourceOf(classes: readonly ColumnClass[]): ScanSource {
    const fields = this.#wanted.map((name): StoredField => {
      if (name === "seq") return { kind: "rowid" };
      const affinity = name === "op" ? "text" : name === "table_id" ? "integer" : "blob";
      return { kind: "field", index: this.#names.indexOf(name), affinity, nullIfMissing: true };
    });
    return {
      from: LOG_TABLE,
      columns: this.#wanted.map((expression, at) => ({ expression, class: classes[at]! })),
      stored: { name: LOG_TABLE, fields },
    };
  }

  #events({ rowCount, columns }: ColumnBatch, widthsOf: (tableId: number) => LogWidths | undefined): LogEvent[] {
    const [numbers, tables, operations, times] = columns;
    invariant(
      numbers?.class === "integer" && tables?.class === "integer" && operations?.class === "text" &&
        times?.class === "integer",
      "the log's own columns have their classes",
    );
    const rows: { readonly key: ExactValue[]; readonly image: ExactValue[] }[] = [];
    const events: LogEvent[] = [];
    for (let row = 0; row < rowCount; row++) {
      const seq = Number(numbers.data[row]);
      const tableId = Number(tables.data[row]);
      const operation = operations.data[row] as "I" | "U" | "D";
      const widths = widthsOf(tableId);
      const key = new Array<ExactValue>(widths?.key ?? 0);
      const image = new Array<ExactValue>(operation === "D" ? 0 : widths?.image ?? 0);
      rows.push({ key, image });
      // A change without an image, as for rows.
      if (widths === undefined || (times.nulls !== null && times.nulls[row] !== 0)) continue;
      const time = Number(times.data[row]);
      const [at, isAlone] = [Math.abs(time), time < 0];
      events.push({ kind: "row", seq, tableId, operation, key, image: operation === "D" ? null : image, at, isAlone });
    }
    for (let column = 0; column < columns.length - FIXED_CLASSES.length; column++) {
      const vector = columns[FIXED_CLASSES.length + column]!;
      if (column < this.#keyWidth) fill(vector, rows.map(({ key }) => key), column);
      else fill(vector, rows.map(({ image }) => image), column - this.#keyWidth);
    }
    return events;
  }
}

function firstNumber({ columns }: ColumnBatch): bigint {
  return columns[0]!.data[0] as bigint;
}

/** Puts a column's values at a position of those rows that are wide enough. */
function fill(vector: ColumnVector, rows: readonly ExactValue[][], position: number): void {
  switch (vector.class) {
    case "integer":
    case "real":
    case "number": {
      const { data, nulls } = vector;
      const isNumber = vector.class === "number";
      for (let row = 0; row < rows.length; row++) {
        const values = rows[row]!;
        if (position >= values.length) continue;
        if (nulls !== null && nulls[row] !== 0) values[position] = null;
        else values[position] = isNumber ? numberToExact(data[row] as number) : data[row]!;
      }
      return;
    }
    case "text":
    case "blob": {
      const { data } = vector;
      for (let row = 0; row < rows.length; row++) {
        const values = rows[row]!;
        if (position < values.length) values[position] = data[row] ?? null;
      }
    }
  }
}

/** The class to try after a value did not fit one; `null` where no class is left. */
function otherClass(expected: ColumnClass, met: Misfit): ColumnClass | null {
  switch (met) {
    case "real":
      return expected === "integer" ? "real" : null;
    case "integer":
      return expected === "real" ? "number" : null;
    case "text":
    case "blob":
      // Integers are what is tried first: whether any were met is not known, but then the next try fails on them.
      return expected === "integer" ? met : null;
    default:
      return null;
  }
}
