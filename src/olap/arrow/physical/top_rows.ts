import { compareUtf8, utf8Bytes } from "../kernels/mod.ts";
import type { PlanSortKey } from "../plan/plan.ts";
import { isNumericRep } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment } from "./fragment.ts";
import { ranksOf } from "./ranks.ts";
import { type RelationBuilder, type StoredColumn, storedValue } from "./relation.ts";
import type { RowSorter } from "./row_order.ts";
import { utf8Arguments, utf8Operand } from "./utf8_operand.ts";

/** Rows up to which only the first ones are kept while rows come in; for more of them all are sorted. */
export const TOP_ROWS_MAX = 1 << 16;

/** Rows at least that gather before those too many are dropped. */
const SPARE_ROWS = 1024;

/** Distinct texts up to which texts are compared by their ranks. */
const RANKED_TEXTS = 4096;

/** How a key is compared with the worst row kept. */
interface Bound {
  readonly kind: "number" | "rank" | "utf8";
  /** The value of the key where it is NULL, in the order of numbers. */
  readonly nullValue: number;
  /** The bound as a number; nothing is worse than the first one. */
  value: number;
  /** The bound as text; `null` while there is none. */
  text: Uint8Array | null;
}

/**
 * Keeps the first rows in the order of sort keys. From time to time those too many are dropped; then rows that cannot be among the first
 * any more are passed over before anything else of them is read. Rows with equal keys stay in order.
 */
export class TopRows {
  /** Rows from which on some are dropped. Read by generated code. */
  readonly room: number;
  /** Read by generated code. */
  bounds: readonly Bound[] = [];
  readonly #rows: RelationBuilder;
  readonly #sorter: RowSorter;
  readonly #keys: readonly PlanSortKey[];
  readonly #wanted: number;

  constructor(rows: RelationBuilder, sorter: RowSorter, keys: readonly PlanSortKey[], wanted: number) {
    this.#rows = rows;
    this.#sorter = sorter;
    this.#keys = keys;
    this.#wanted = wanted;
    this.room = wanted + Math.max(wanted, SPARE_ROWS);
  }

  /** Emits `append` for rows that may be among the first. `values`: the keys of the row. */
  emit(e: Emitter, values: readonly Fragment[], append: () => void): void {
    const top = e.bind("top", this);
    // Bounds found in another function may count ranks of other texts.
    this.bounds = boundsOf(this.#keys, values);
    const names = this.bounds.map(() => e.fresh("bound"));
    const read = names.map((name, at) =>
      `${name} = ${top}.bounds[${at}].${this.bounds[at]!.kind === "utf8" ? "text" : "value"}`
    );
    if (read.length > 0) e.prologue.push(`let ${read.join(", ")};`);
    const worse = this.bounds.reduceRight<string | null>(
      (rest, bound, at) => this.#emitWorse(e, bound, this.#keys[at]!, values[at]!, names[at]!, rest),
      null,
    );
    const keep = () => {
      append();
      const { countName: count } = this.#rows;
      const rows = e.bind("rows", this.#rows);
      e.line(
        `if (${count} >= ${
          e.bind("room", this.room)
        }) { ${rows}.count = ${count}; ${top}.prune(); ${count} = ${rows}.count; ${read.join("; ")} }`,
      );
    };
    if (worse === null) keep();
    else e.block(`if (!(${worse}))`, keep);
  }

  /** A JavaScript expression that is true for rows that come after the bound, by this key or those after it. */
  #emitWorse(
    e: Emitter,
    bound: Bound,
    key: PlanSortKey,
    value: Fragment,
    name: string,
    rest: string | null,
  ): string {
    const after = key.descending ? "<" : ">";
    if (bound.kind === "utf8") {
      const text = utf8Operand(e, value)!;
      const compare = e.bind("compareUtf8", compareUtf8);
      const order = `${compare}(${utf8Arguments(text)}, ${name}, 0, ${name}.length) ${after} 0`;
      const nulled = value.isNull === null ? order : `(${value.isNull} ? ${key.nulls === "last"} : ${order})`;
      return `(${name} !== null && ${nulled})`;
    }
    const plain = bound.kind === "rank" && value.rep === "text"
      ? `${e.bindArray("rank", ranksOf(value.heap.heap))}[${value.code}]`
      : value.code;
    const code = value.isNull === null ? plain : `(${value.isNull} ? ${bound.nullValue} : ${plain})`;
    const number = e.fresh("k");
    e.line(`const ${number} = ${code};`);
    const worse = `${number} ${after} ${name}`;
    return rest === null ? worse : `(${worse} || (${number} === ${name} && ${rest}))`;
  }

  /** Drops the rows too many. Called by generated code. */
  prune(): void {
    const { order } = this.#sorter.sort();
    const kept = order.subarray(0, this.#wanted);
    for (const column of this.#rows.columns) keepRows(column, kept, this.#rows.count);
    this.#rows.count = kept.length;
    this.bounds.forEach((bound, key) => setBound(bound, this.#sorter.column(key), kept.length - 1));
  }
}

/** How the first keys are compared, as far as that is simple. */
function boundsOf(keys: readonly PlanSortKey[], values: readonly Fragment[]): Bound[] {
  const bounds: Bound[] = [];
  for (const [at, { expr, descending, nulls }] of keys.entries()) {
    const value = values[at]!;
    const kind = boundKind(value, expr.collation?.name ?? "BINARY");
    if (kind === null) break;
    const worst = descending ? -Infinity : Infinity;
    bounds.push({ kind, nullValue: nulls === "last" ? worst : -worst, value: worst, text: null });
    // Where an infinite REAL may stand beside a NULL, equal numbers need not be equal keys.
    if (kind === "utf8" || (value.isNull !== null && value.rep !== "int" && value.rep !== "text")) break;
  }
  return bounds;
}

function boundKind(value: Fragment, collation: string): Bound["kind"] | null {
  if (isNumericRep(value.rep)) return "number";
  if (value.rep !== "text" || collation !== "BINARY") return null;
  const { heap } = value.heap;
  if (heap.unique && heap.count <= RANKED_TEXTS) return "rank";
  return heap.utf8 === null ? null : "utf8";
}

function setBound(bound: Bound, column: StoredColumn, row: number): void {
  const value = storedValue(column, row);
  if (bound.kind === "utf8") {
    // Without a bound nothing is passed over: NULLs come last then, or all rows kept are NULL.
    bound.text = typeof value === "string" ? utf8Bytes(value) : null;
  } else if (value === null) bound.value = bound.nullValue;
  // A column that has changed its form takes in values of several kinds: then the bound found before stays.
  else if (bound.kind === "number") {
    if (isNumericRep(column.rep)) bound.value = column.data![row] as number;
  } else if (column.rep === "text") bound.value = ranksOf(column.heap!)[column.data![row] as number]!;
}

/** Leaves the given rows of a column, in that order; `count`: rows it had. */
function keepRows(column: StoredColumn, rows: Int32Array, count: number): void {
  for (const array of [column.data, column.nulls, column.integers]) {
    if (array === null) continue;
    const kept = Array.from(rows, (row) => array[row]);
    kept.forEach((value, at) => array[at] = value as never);
    if (Array.isArray(array)) array.length = rows.length;
    // Only NULLs are written down.
    else if (array === column.nulls) array.fill(0, rows.length, count);
  }
}
