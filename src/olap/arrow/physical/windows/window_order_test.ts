import assert from "node:assert/strict";
import type { ExactValue } from "../../../../types/mod.ts";
import { sortCompare } from "../../kernels/mod.ts";
import { MemoryBudget } from "../memory_budget.ts";
import { NO_VALUES, type StoredColumn } from "../relation.ts";
import type { KeyOrder } from "../sort_words.ts";
import { WindowMemory } from "./window_memory.ts";
import { windowOrder } from "./window_order.ts";

const ROWS = 5000;
/** The same numbers each time. */
function* numbers(): Generator<number, never> {
  for (let state = 42;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function column(rep: "int" | "real" | "string" | "boxed", make: (random: number) => ExactValue): StoredColumn {
  const random = numbers();
  const values = Array.from({ length: ROWS }, () => make(random.next().value));
  if (rep === "boxed") return { ...NO_VALUES, rep, data: values };
  const nulls = Uint8Array.from(values, (value) => (value === null ? 1 : 0));
  const data = rep === "string"
    ? values.map((value) => value ?? "")
    : Float64Array.from(values, (value) => Number(value ?? 0));
  return { ...NO_VALUES, rep, data, nulls };
}

const COLUMNS: Readonly<Record<string, StoredColumn>> = {
  "small integers": column("int", (x) => (x < 0.05 ? null : BigInt(Math.floor(x * 100) - 50))),
  "integers far apart": column("int", (x) => BigInt(Math.floor((x - 0.5) * 2 ** 53))),
  "reals with zeros and infinities": column(
    "real",
    (x) => x < 0.1 ? null : x < 0.2 ? -0 : x < 0.3 ? 0 : x < 0.31 ? -Infinity : x < 0.32 ? Infinity : Math.tan(x * 6),
  ),
  "texts": column(
    "string",
    (x) => (x < 0.05 ? null : ["b", "a", "B", "é", "", "a ", "\u{1f600}", "\uffff"][x * 8 | 0]!),
  ),
  "values of all classes": column("boxed", (x) => {
    const value = Math.floor(x * 40);
    return [null, BigInt(value), value, value + 0.5, `t${value % 5}`, Uint8Array.of(value)][value % 6]!;
  }),
};

const ORDERS: readonly KeyOrder[] = [
  { collation: "BINARY", descending: false, nulls: "first" },
  { collation: "BINARY", descending: true, nulls: "last" },
  { collation: "NOCASE", descending: true, nulls: "first" },
  { collation: "RTRIM", descending: false, nulls: "last" },
];

function boxedValue({ rep, data, nulls }: StoredColumn, row: number): ExactValue {
  if (nulls?.[row] === 1) return null;
  return rep === "int" ? BigInt(data![row] as number) : data![row] as ExactValue;
}

for (const [name, key] of Object.entries(COLUMNS)) {
  Deno.test(`windowOrder() sorts ${name} as SQLite does and keeps ties in place`, () => {
    const memory = new WindowMemory(new MemoryBudget(2 ** 30));
    const rows = Int32Array.from({ length: ROWS }, (_, row) => ROWS - 1 - row);
    for (const order of ORDERS) {
      const compare = (a: number, b: number): number =>
        sortCompare(
          boxedValue(key, a),
          boxedValue(key, b),
          order.collation,
          order.descending,
          order.nulls === "first",
        );
      const expected = [...rows].sort(compare);
      const found = windowOrder(rows, ROWS, [], [{ column: key, order }], [], memory, memory, () => {});
      assert.deepEqual([...found.rows], expected, JSON.stringify(order));
      const begins = expected.flatMap((row, at) => at === 0 || compare(expected[at - 1]!, row) !== 0 ? [at] : []);
      assert.deepEqual([...found.groups], [...begins, ROWS]);
      assert.deepEqual([...found.partitions], [0, ROWS]);
    }
  });
}

Deno.test("windowOrder() sorts within partitions", () => {
  const memory = new WindowMemory(new MemoryBudget(2 ** 30));
  const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
  const [partition, key] = [COLUMNS["texts"]!, COLUMNS["integers far apart"]!];
  const order = ORDERS[0]!;
  const found = windowOrder(
    rows,
    ROWS,
    [{ column: partition, order }],
    [{ column: key, order }],
    [],
    memory,
    memory,
    () => {},
  );
  assert.equal(found.partitions.length - 1, new Set(Array.from(rows, (row) => boxedValue(partition, row))).size);
  for (let at = 1; at < ROWS; at++) {
    const [a, b] = [found.rows[at - 1]!, found.rows[at]!];
    const begins = found.partitions.includes(at);
    assert.equal(boxedValue(partition, a) !== boxedValue(partition, b), begins);
    if (!begins) assert.ok((key.data![a] as number) <= (key.data![b] as number));
  }
});

Deno.test("windowOrder() of no rows has no partitions", () => {
  const memory = new WindowMemory(new MemoryBudget(2 ** 30));
  const found = windowOrder(new Int32Array(0), 0, [], [], [], memory, memory, () => {});
  assert.deepEqual([...found.partitions], [0]);
});
