import type { ColumnView, TableSnapshot } from "../storage/table_snapshot.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment } from "./fragment.ts";
import type { HeapCache } from "./heap_cache.ts";

/** Emits reading a row of a table's snapshot at a position. */
export class SnapshotReader {
  readonly #e: Emitter;
  readonly #snapshot: TableSnapshot;
  readonly #heaps: HeapCache;
  readonly #position: string;

  /** @param position The variable that holds the row's position. */
  constructor(e: Emitter, snapshot: TableSnapshot, heaps: HeapCache, position: string) {
    this.#e = e;
    this.#snapshot = snapshot;
    this.#heaps = heaps;
    this.#position = position;
  }

  /** The value of a column of the table. */
  column(index: number): Fragment {
    const [e, position] = [this.#e, this.#position];
    const view = this.#snapshot.columns[index]!;
    const columnClass = this.#snapshot.table.columns[index]!.class;
    const { data } = view;
    const isNull = nullTest(e, view, position);
    const name = e.fresh("v");
    switch (data.kind) {
      case "int8":
      case "int16":
      case "int32":
      case "float64": {
        e.line(`const ${name} = ${e.bindArray("col", data.values)}[${position}];`);
        const range = view.range;
        if (data.kind === "float64" && columnClass === "real") return { rep: "real", code: name, isNull, range };
        if (data.kind === "float64" && columnClass === "number") {
          return {
            rep: "number",
            code: name,
            isNull,
            range,
            integer: `(Number.isInteger(${name}) && Math.abs(${name}) < 9223372036854775808)`,
          };
        }
        return { rep: "int", code: name, isNull, range: range ?? { least: 0, most: 0 } };
      }
      case "int64": {
        const value = `${e.bindArray("col", data.values)}[${position}]`;
        e.line(`const ${name} = ${isNull === null ? value : `${isNull} ? null : ${value}`};`);
        return { rep: "boxed", code: name, isNull: isNull === null ? null : `${name} === null` };
      }
      case "dictionary": {
        e.line(`const ${name} = ${e.bindArray("col", data.codes)}[${position}];`);
        const heap = this.#heaps.of(view, this.#snapshot)!;
        return { rep: "text", code: name, isNull, heap: { variable: e.bind("heap", heap), heap } };
      }
      case "utf8": {
        const heap = this.#heaps.of(view, this.#snapshot)!;
        return { rep: "text", code: position, isNull, heap: { variable: e.bind("heap", heap), heap } };
      }
      case "binary": {
        const [offsets, bytes] = [e.bindArray("off", data.offsets), e.bindArray("bytes", data.bytes)];
        const value = `${bytes}.slice(${offsets}[${position}], ${offsets}[${position} + 1])`;
        e.line(`const ${name} = ${isNull === null ? value : `${isNull} ? null : ${value}`};`);
        return { rep: "boxed", code: name, isNull: isNull === null ? null : `${name} === null` };
      }
    }
  }
}

function nullTest(e: Emitter, view: ColumnView, position: string): string | null {
  if (view.validity === null || view.nullCount === 0) return null;
  const name = e.fresh("n");
  e.line(`const ${name} = (${e.bindArray("valid", view.validity)}[${position} >> 3] >> (${position} & 7) & 1) === 0;`);
  return name;
}
