import type { ColumnId } from "../plan/plan_expr.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { boxed, commonRep, textOf } from "./conversions.ts";
import type { Emitter, LateLine } from "./emitter.ts";
import { type Fragment, type Rep, type TextHeap, unionRange } from "./fragment.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { valueBytes } from "./value_bytes.ts";

/** An array with an element per row. */
export type RowArray = Int32Array | Float64Array | Uint8Array | unknown[];

/** How a column of rows is kept. */
export interface StoredColumn {
  rep: Rep;
  data: RowArray | null;
  /** 1 where NULL; `null` when no value can be NULL, and for `boxed` and `null`, which tell it themselves. */
  nulls: Uint8Array | null;
  /** For `number`: 1 where the value is INTEGER. */
  integers: Uint8Array | null;
  heap: TextHeap | null;
  range: ValueRange | null;
}

/** A column no row was ever given. */
export const NO_VALUES: StoredColumn = {
  rep: "null",
  data: null,
  nulls: null,
  integers: null,
  heap: null,
  range: null,
};

/** Rows held in memory, by column. */
export interface Relation {
  readonly rowCount: number;
  readonly columns: ReadonlyMap<ColumnId, StoredColumn>;
  /** The rows in order, by index; `null` for their natural order. */
  readonly order: Int32Array | null;
}

/** Emits reading a stored column's value at an index. */
export function readStored(e: Emitter, column: StoredColumn, index: string, absent: string | null = null): Fragment {
  const { rep, data, heap, range } = column;
  if (rep === "null" || data === null) return { rep: "null", code: "null", isNull: "true" };
  const array = Array.isArray(data) ? e.bind(`r_${rep}`, data) : e.bindArray("r", data);
  const name = e.fresh("v");
  const empty = rep === "string" ? '""' : rep === "boxed" ? "null" : "0";
  e.line(`const ${name} = ${absent === null ? "" : `${absent} ? ${empty} : `}${array}[${index}];`);
  if (rep === "boxed") return { rep, code: name, isNull: `${name} === null` };
  let isNull = absent;
  if (column.nulls !== null) {
    isNull = e.fresh("n");
    e.line(
      `const ${isNull} = ${absent === null ? "" : `${absent} || `}${e.bindArray("nul", column.nulls)}[${index}] === 1;`,
    );
  }
  switch (rep) {
    case "int":
    case "real":
      return { rep, code: name, isNull, range };
    case "number":
      return { rep, code: name, isNull, range, integer: `${e.bindArray("int", column.integers!)}[${index}] === 1` };
    case "text":
      return { rep, code: name, isNull, heap: { variable: e.bind("heap", heap), heap: heap! } };
    case "string":
      return { rep, code: name, isNull };
  }
}

function isInt32(range: ValueRange | null): boolean {
  return range !== null && range.least >= -(2 ** 31) && range.most < 2 ** 31;
}

interface Slot {
  readonly column: StoredColumn;
  /** Names of the column's arrays in the function being emitted. */
  data: string;
  nulls: string;
  integers: string;
}

/** A per-row array of state that starts at zero, as accumulators need it. */
interface State {
  array: Float64Array | Int32Array | Uint8Array | unknown[];
  name: string;
}

const FIRST_ROWS = 1024;

/** Of a JavaScript array, which leaves room where it grows. */
const SLOT_BYTES = 12;

/**
 * Collects rows that generated code appends. One builder may serve several functions one after the other; a column's form widens when a
 * later one brings other values.
 */
export class RelationBuilder {
  count = 0;
  capacity = FIRST_ROWS;
  readonly columns: StoredColumn[] = [];
  readonly states: State[] = [];
  readonly #budget: MemoryBudget;
  #rowBytes = 0;
  #countedRows = 0;
  #slots: Slot[] = [];
  #names: { readonly builder: string; readonly count: string; readonly capacity: string } | null = null;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Begins a function: the builder's arrays become its variables. To be called before any other `emit…`. */
  begin(e: Emitter): void {
    const builder = e.bind("rows", this);
    const [count, capacity] = [e.fresh("count"), e.fresh("cap")];
    this.#names = { builder, count, capacity };
    this.#slots = [];
    const late: LateLine = { text: "" };
    e.prologue.push(`let ${count} = ${builder}.count, ${capacity} = ${builder}.capacity;`, late);
    e.epilogue.push(`${builder}.count = ${count};`);
    this.#late = [{ line: late, text: () => this.#variables("let ") }];
  }

  #late: { readonly line: LateLine; readonly text: () => string }[] = [];

  /** Ends a function: what could only be written with all columns known is filled in. */
  end(): void {
    for (const { line, text } of this.#late) line.text = text();
    this.#late = [];
  }

  #variables(declare: string): string {
    const { builder } = this.#names!;
    const parts: string[] = [];
    this.#slots.forEach((slot, index) => {
      const of = `${builder}.columns[${index}]`;
      if (slot.data !== "") parts.push(`${declare}${slot.data} = ${of}.data;`);
      if (slot.nulls !== "") parts.push(`${declare}${slot.nulls} = ${of}.nulls;`);
      if (slot.integers !== "") parts.push(`${declare}${slot.integers} = ${of}.integers;`);
    });
    this.states.forEach((state, index) => parts.push(`${declare}${state.name} = ${builder}.states[${index}].array;`));
    return parts.join(" ");
  }

  /** The variable that holds the number of rows so far. */
  get countName(): string {
    return this.#names!.count;
  }

  /** Makes the forms of the given values the columns'. */
  prepare(e: Emitter, values: readonly Fragment[]): void {
    values.forEach((value, index) => this.#accept(e, index, value));
  }

  /** The variable that holds a column's values; valid after `prepare`. */
  dataName(index: number): string {
    return this.#slots[index]!.data;
  }

  /** The variable that holds a column's NULL flags, or `null` when it has none; valid after `prepare`. */
  nullsName(index: number): string | null {
    return this.#slots[index]!.nulls || null;
  }

  /** Emits appending a row of values, those given to `prepare`. */
  emitAppend(e: Emitter, values: readonly Fragment[]): void {
    const { builder, count, capacity } = this.#names!;
    const grow = e.later();
    this.#late.push({
      line: grow,
      text: () =>
        `if (${count} === ${capacity}) { ${builder}.grow(); ${capacity} = ${builder}.capacity; ${
          this.#variables("")
        } }`,
    });
    values.forEach((value, index) => this.#emitStore(e, this.#slots[index]!, value));
    e.line(`${count}++;`);
  }

  /** Adds an array of state per row; gives the name of its variable. To be called between `begin` and `end`. */
  addState(e: Emitter, kind: "f64" | "i32" | "u8" | "any"): string {
    const array = kind === "f64"
      ? new Float64Array(this.capacity)
      : kind === "i32"
      ? new Int32Array(this.capacity)
      : kind === "u8"
      ? new Uint8Array(this.capacity)
      : [];
    const name = e.fresh(`state_${kind}_`);
    this.states.push({ array, name });
    this.#take(Array.isArray(array) ? SLOT_BYTES : array.BYTES_PER_ELEMENT);
    return name;
  }

  #take(rowBytes: number): void {
    this.#rowBytes += rowBytes;
    this.#budget.take(rowBytes * this.capacity);
  }

  /** Doubles the room. Called by generated code. */
  grow(): void {
    this.#countValues(this.capacity);
    const capacity = Math.max(this.capacity * 2, FIRST_ROWS);
    this.#budget.take(this.#rowBytes * (capacity - this.capacity));
    this.capacity = capacity;
    for (const column of this.columns) {
      column.data = column.data === null ? null : grown(column.data, this.capacity);
      column.nulls = column.nulls === null ? null : grown(column.nulls, this.capacity);
      column.integers = column.integers === null ? null : grown(column.integers, this.capacity);
    }
    for (const state of this.states) state.array = grown(state.array, this.capacity);
  }

  /** Counts what JavaScript's own values take beyond their slots, of the rows up to `count` that were not counted before. */
  #countValues(count: number): void {
    for (const { rep, data } of this.columns) {
      if (rep !== "string" && rep !== "boxed") continue;
      let bytes = 0;
      for (let row = this.#countedRows; row < count; row++) bytes += valueBytes(data![row]);
      this.#budget.take(bytes);
    }
    this.#countedRows = Math.max(this.#countedRows, count);
  }

  /** Makes room for the form of a value in a column. */
  #accept(e: Emitter, index: number, value: Fragment): void {
    let column = this.columns[index];
    if (column === undefined) {
      column = { rep: "null", data: null, nulls: null, integers: null, heap: null, range: null };
      this.columns.push(column);
    }
    this.#widen(column, value);
    const { data } = column;
    this.#slots[index] = {
      column,
      data: data === null
        ? ""
        : e.fresh(Array.isArray(data) ? `out_${column.rep}_` : `out_${data.constructor.name.toLowerCase()}_`),
      nulls: column.nulls === null ? "" : e.fresh("outnul"),
      integers: column.integers === null ? "" : e.fresh("outint"),
    };
  }

  #widen(column: StoredColumn, value: Fragment): void {
    if (value.rep === "null") {
      if (column.rep !== "null" && column.rep !== "boxed") this.#needNulls(column);
      return;
    }
    const before: Fragment = { ...column, code: "", isNull: null, integer: "" } as unknown as Fragment;
    const heapOf = value.rep === "text" ? value.heap.heap : null;
    const sameText = column.rep === "text" && value.rep === "text" && column.heap === heapOf;
    const rep = column.rep === "null"
      ? value.rep
      : sameText
      ? "text"
      : column.rep === "text" && value.rep === "text"
      ? "string"
      : commonRep([before, value]);
    const range = "range" in value ? value.range : null;
    const merged = column.rep === "null" ? range : unionRange(column.range, range);
    const small = rep === "int" && isInt32(merged);
    const fits = column.rep === rep && (!(column.data instanceof Int32Array) || rep !== "int" || small);
    if (!fits) this.#convert(column, rep, small);
    column.range = merged;
    if (rep === "text") column.heap = heapOf;
    if (rep !== "boxed" && (value.isNull !== null)) this.#needNulls(column);
  }

  #needNulls(column: StoredColumn): void {
    if (column.nulls !== null) return;
    column.nulls = new Uint8Array(this.capacity);
    this.#take(1);
  }

  /** Brings the rows so far into another form. */
  #convert(column: StoredColumn, rep: Rep, small: boolean): void {
    const old = { ...column };
    column.rep = rep;
    const wide = rep === "int" ? !small : rep === "real" || rep === "number";
    column.data = rep === "string" || rep === "boxed"
      ? []
      : wide
      ? new Float64Array(this.capacity)
      : new Int32Array(this.capacity);
    this.#take(rep === "string" || rep === "boxed" ? SLOT_BYTES : wide ? 8 : 4);
    column.integers = rep === "number" ? new Uint8Array(this.capacity) : null;
    if (this.count > 0 && rep !== "boxed" && (old.rep === "null" || old.nulls !== null)) {
      this.#needNulls(column);
      if (old.rep === "null") column.nulls!.fill(1, 0, this.count);
    }
    if (rep === "boxed") column.nulls = null;
    for (let row = 0; row < this.count; row++) {
      const value = storedValue(old, row);
      if (rep === "boxed") column.data[row] = value;
      else if (value === null) column.data[row] = rep === "string" ? "" : 0;
      else column.data[row] = rep === "string" ? value as string : Number(value);
      if (column.integers !== null) column.integers[row] = typeof value === "bigint" ? 1 : 0;
    }
    if (rep === "text") column.heap = old.heap;
    else column.heap = null;
  }

  #emitStore(e: Emitter, slot: Slot, value: Fragment): void {
    const { count } = this.#names!;
    const { rep } = slot.column;
    if (rep === "null") return;
    if (value.rep === "null") {
      e.line(rep === "boxed" ? `${slot.data}[${count}] = null;` : `${slot.nulls}[${count}] = 1;`);
      if (rep === "string") e.line(`${slot.data}[${count}] = "";`);
      return;
    }
    const code = rep === "boxed" ? boxed(e, value) : rep === "string" ? textOf(e, value) : value.code;
    e.line(`${slot.data}[${count}] = ${code};`);
    if (slot.nulls !== "" && value.isNull !== null) e.line(`if (${value.isNull}) ${slot.nulls}[${count}] = 1;`);
    if (slot.integers !== "") {
      const integer = value.rep === "int" ? "true" : value.rep === "number" ? value.integer : "false";
      e.line(`${slot.integers}[${count}] = ${integer} ? 1 : 0;`);
    }
  }

  /** The arrays that keep the rows; NULL flags and the like are `null` where a column has none. */
  get arrays(): (RowArray | null)[] {
    return this.columns.flatMap(({ data, nulls, integers }) => [data, nulls, integers]);
  }

  /** Takes other rows in place of its own, in arrays of the same forms as {@linkcode arrays} gives. */
  replace(count: number, arrays: readonly (RowArray | null)[]): void {
    this.columns.forEach((column, at) => {
      column.data = arrays[3 * at]!;
      column.nulls = arrays[3 * at + 1] as Uint8Array | null;
      column.integers = arrays[3 * at + 2] as Uint8Array | null;
    });
    this.count = count;
    this.capacity = count;
  }

  /** The rows collected, their columns named. */
  finish(ids: readonly ColumnId[], order: Int32Array | null = null): Relation {
    this.#countValues(this.count);
    return {
      rowCount: this.count,
      columns: new Map(ids.map((id, index) => [id, this.columns[index] ?? NO_VALUES])),
      order,
    };
  }
}

function grown<T extends RowArray>(array: T, capacity: number): T {
  if (Array.isArray(array)) return array;
  const next = new (array.constructor as new (length: number) => Exclude<T, unknown[]>)(capacity);
  (next as Int32Array).set(array as Int32Array);
  return next as T;
}

/** The value of a stored column at an index. */
export function storedValue(column: StoredColumn, row: number): null | bigint | number | string | Uint8Array {
  if (column.rep === "null" || column.nulls?.[row] === 1) return null;
  const value = column.data![row];
  switch (column.rep) {
    case "int":
      return BigInt(value as number);
    case "number":
      return column.integers![row] === 1 ? BigInt(value as number) : value as number;
    case "text":
      return column.heap!.text(value as number);
    default:
      return value as null | bigint | number | string | Uint8Array;
  }
}
