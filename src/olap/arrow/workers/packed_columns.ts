import type { HeapCache } from "../physical/heap_cache.ts";
import type { Relation, RowArray, StoredColumn } from "../physical/relation.ts";
import { StringsHeap } from "../physical/text_heaps.ts";
import type { TextHeap } from "../physical/fragment.ts";
import type { TableSnapshot } from "../storage/table_snapshot.ts";

/** A result on its way from the thread that made it. Arrays may be longer than there are rows. */
export interface PackedColumns {
  readonly rowCount: number;
  readonly columns: readonly (PackedColumn | null)[];
}

interface PackedColumn {
  readonly rep: StoredColumn["rep"];
  readonly data: RowArray | null;
  readonly nulls: Uint8Array | null;
  readonly integers: Uint8Array | null;
  /** Where the texts of a `text` column are. */
  readonly heap: PackedHeap | null;
}

type PackedHeap =
  | { readonly kind: "column"; readonly table: string; readonly column: number }
  | { readonly kind: "texts"; readonly texts: readonly string[] };

/** Rows up to which texts are sent as they are: whoever receives them then need not decode a whole dictionary for a few. */
const PLAIN_ROWS = 16_384;

type Tables = ReadonlyMap<string, TableSnapshot>;

/** Packs the rows of a relation, in its order. */
export function packColumns(
  relation: Relation,
  outputs: readonly number[],
  tables: Tables,
  heaps: HeapCache,
): PackedColumns {
  const { rowCount, order } = relation;
  const columns = outputs.map((id) => {
    const column = relation.columns.get(id);
    return column === undefined || column.rep === "null" ? null : packColumn(column, rowCount, order, tables, heaps);
  });
  return { rowCount, columns };
}

function packColumn(
  column: StoredColumn,
  rowCount: number,
  order: Int32Array | null,
  tables: Tables,
  heaps: HeapCache,
): PackedColumn {
  const data = inOrder(column.data, order, rowCount);
  const nulls = inOrder(column.nulls, order, rowCount) as Uint8Array | null;
  const integers = inOrder(column.integers, order, rowCount) as Uint8Array | null;
  if (column.rep !== "text") return { rep: column.rep, data, nulls, integers, heap: null };
  const heap = column.heap!;
  const indexes = data as Int32Array;
  if (rowCount > PLAIN_ROWS) {
    if (heap instanceof StringsHeap && heap.texts.length <= rowCount) {
      return { rep: "text", data, nulls, integers, heap: { kind: "texts", texts: heap.texts } };
    }
    const place = placeOf(heap, tables, heaps);
    if (place !== null) return { rep: "text", data, nulls, integers, heap: place };
  }
  const texts = Array.from({ length: rowCount }, (_, row) => nulls?.[row] === 1 ? "" : heap.text(indexes[row]!));
  return { rep: "string", data: texts, nulls, integers: null, heap: null };
}

function inOrder(array: RowArray | null, order: Int32Array | null, rowCount: number): RowArray | null {
  if (array === null) return array;
  if (Array.isArray(array)) {
    return order === null ? array.slice(0, rowCount) : Array.from(order.subarray(0, rowCount), (row) => array[row]);
  }
  if (order === null) return array;
  const ordered = new (array.constructor as Float64ArrayConstructor)(rowCount);
  for (let row = 0; row < rowCount; row++) ordered[row] = array[order[row]!]!;
  return ordered;
}

/** The column of a table whose texts these are. */
function placeOf(heap: TextHeap, tables: Tables, heaps: HeapCache): PackedHeap | null {
  for (const [table, snapshot] of tables) {
    for (const [column, view] of snapshot.columns.entries()) {
      if (view !== undefined && heaps.of(view, snapshot) === heap) return { kind: "column", table, column };
    }
  }
  return null;
}

/** The arrays of a result that are handed over rather than copied: those only its own thread has. */
export function transferablesOf({ columns }: PackedColumns): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const column of columns) {
    for (const array of [column?.data, column?.nulls, column?.integers]) {
      if (ArrayBuffer.isView(array) && array.buffer instanceof ArrayBuffer) buffers.add(array.buffer);
    }
  }
  return [...buffers];
}

/** The columns of a packed result; the heaps are those of the thread that receives it. */
export function unpackColumns(packed: PackedColumns, tables: Tables, heaps: HeapCache): (StoredColumn | undefined)[] {
  return packed.columns.map((column) => {
    if (column === null) return undefined;
    const { rep, data, nulls, integers, heap } = column;
    return { rep, data, nulls, integers, heap: heap === null ? null : unpackHeap(heap, tables, heaps), range: null };
  });
}

function unpackHeap(heap: PackedHeap, tables: Tables, heaps: HeapCache): TextHeap {
  if (heap.kind === "texts") {
    return {
      unique: true,
      utf8: null,
      count: heap.texts.length,
      text: (index) => heap.texts[index]!,
    };
  }
  const snapshot = tables.get(heap.table)!;
  return heaps.of(snapshot.columns[heap.column]!, snapshot)!;
}
