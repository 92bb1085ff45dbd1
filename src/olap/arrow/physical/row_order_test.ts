import assert from "node:assert/strict";
import type { ExactValue } from "../../../types/mod.ts";
import { sortCompare, utf8Bytes } from "../kernels/mod.ts";
import type { PlanSortKey } from "../plan/plan.ts";
import { MemoryBudget } from "./memory_budget.ts";
import { type StoredColumn, storedValue } from "./relation.ts";
import type { Run } from "./run.ts";
import { orderRows } from "./row_order.ts";
import { BytesHeap, StringsHeap } from "./text_heaps.ts";

const run = { context: { budget: new MemoryBudget(2 ** 30) }, checkCancelled: () => {} } as unknown as Run;

/** Pseudo-random, the same in every run. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return (state >>> 8) % below;
  };
}

function column(rep: StoredColumn["rep"], data: StoredColumn["data"], more: Partial<StoredColumn> = {}): StoredColumn {
  return { rep, data, nulls: null, integers: null, heap: null, range: null, ...more };
}

function bytesHeap(texts: readonly string[], unique: boolean): BytesHeap {
  const offsets = new Int32Array(texts.length + 1);
  const bytes = utf8Bytes(texts.join(""));
  texts.forEach((text, at) => offsets[at + 1] = offsets[at]! + utf8Bytes(text).length);
  return new BytesHeap(texts.length, offsets, bytes, unique);
}

/** Columns of every form, each over `count` rows. */
function columnsOf(count: number, seed: number): Readonly<Record<string, StoredColumn>> {
  const next = randomly(seed);
  const rows = <T>(make: () => T): T[] => Array.from({ length: count }, make);
  const nulls = Uint8Array.from(rows(() => next(5) === 0 ? 1 : 0));
  const odd = [0, -0, 1.5, -1.5, 5e-324, -5e-324, 1e300, -1e300, Infinity, -Infinity, 2 ** 53, -(2 ** 53)];
  const reals = Float64Array.from(rows(() => next(2) === 0 ? odd[next(odd.length)]! : next(1000) / 8 - 60));
  const letters = ["a", "b", "A", "é", "🎉", "\uffff", " "];
  const text = () => Array.from(rows(() => 0).slice(0, next(4)), () => letters[next(letters.length)]!).join("");
  const long = () => "http://example.org/some/path/".repeat(1 + next(2)) + next(count) + text();
  const words = [...new Set(rows(text))];
  const strings = new StringsHeap(null);
  const boxed: ExactValue[] = [null, 1n, 1.5, "a", "B", new Uint8Array([1]), -(2n ** 60n), 2n ** 60n + 1n];
  const positions = Int32Array.from(rows(() => 0).keys());
  return {
    small: column("int", Int32Array.from(rows(() => next(10) - 5))),
    nullable: column("int", Int32Array.from(rows(() => next(300) - 150)), { nulls }),
    wide: column("int", Float64Array.from(rows(() => (next(1000) - 500) * 2 ** 41 + next(3))), { nulls }),
    widest: column("int", Float64Array.from(rows(() => next(2) === 0 ? 2 ** 53 - next(9) : next(9) - 2 ** 53))),
    real: column("real", reals),
    nullableReal: column("real", reals.map((value) => value + 1), { nulls }),
    mixed: column("number", reals, {
      integers: Uint8Array.from(reals, (value) => Number.isSafeInteger(value) ? 1 : 0),
    }),
    dictionary: column("text", Int32Array.from(rows(() => next(words.length))), {
      heap: bytesHeap(words, true),
      nulls,
    }),
    plain: column("text", positions, { heap: bytesHeap(rows(long), false), nulls }),
    interned: column("text", Int32Array.from(rows(() => strings.intern(text()))), { heap: strings }),
    string: column("string", rows(text), { nulls }),
    boxed: column("boxed", rows(() => boxed[next(boxed.length)]!)),
    null: column("null", null),
  };
}

function keyOf(descending: boolean, nulls: "first" | "last", collation: string): PlanSortKey {
  return { expr: { collation: { name: collation } }, descending, nulls } as unknown as PlanSortKey;
}

for (const count of [0, 1, 40, 1000]) {
  Deno.test(`orderRows() orders ${count} rows of every form as comparing their values does, keeping ties in order`, () => {
    const columns = columnsOf(count, count + 7);
    const names = Object.keys(columns);
    const next = randomly(count + 3);
    for (let round = 0; round < 40; round++) {
      const chosen = round < names.length ? [names[round]!] : [0, 1, 2].map(() => names[next(names.length)]!);
      const keys = chosen.map(() =>
        keyOf(next(2) === 0, next(2) === 0 ? "first" : "last", ["BINARY", "BINARY", "NOCASE", "RTRIM"][next(4)]!)
      );
      const compare = (a: number, b: number) => {
        for (const [at, key] of keys.entries()) {
          const one = columns[chosen[at]!]!;
          const { name } = key.expr.collation!;
          const order = sortCompare(
            storedValue(one, a),
            storedValue(one, b),
            name,
            key.descending,
            key.nulls === "first",
          );
          if (order !== 0) return order;
        }
        return 0;
      };
      const expected = Int32Array.from({ length: count }, (_, row) => row).sort(compare);
      const { order, tied } = orderRows(run, keys, chosen.map((name) => columns[name]!), count);
      const what = JSON.stringify({ chosen, keys });
      assert.deepEqual(order, expected, what);
      for (let place = 1; place < count; place++) {
        assert.equal(tied(place), compare(order[place - 1]!, order[place]!) === 0, what);
      }
    }
  });
}

Deno.test("orderRows() orders texts that agree in long beginnings, end in zero bytes, or repeat", () => {
  const next = randomly(5);
  const texts = Array.from({ length: 4000 }, (_, at) =>
    [
      "same ".repeat(9),
      "prefix ".repeat(5) + at % 700,
      "b\0".padEnd(2 + next(12), "\0"),
      "b" + "\0".repeat(next(9)),
      `é${"x".repeat(next(20))}`,
    ][at % 5]!);
  const plain = column("text", Int32Array.from(texts.keys()), { heap: bytesHeap(texts, false) });
  const { order } = orderRows(run, [keyOf(false, "first", "BINARY")], [plain], texts.length);
  const expected = Int32Array.from(texts.keys()).sort((a, b) =>
    sortCompare(texts[a]!, texts[b]!, "BINARY", false, true)
  );
  assert.deepEqual(order, expected);
});

Deno.test("orderRows() counts what it holds, and ends when there is too little memory or the query is cancelled", () => {
  const rows = column("int", Int32Array.from({ length: 100_000 }, (_, row) => -row));
  const keys = [keyOf(false, "first", "BINARY")];
  const budget = new MemoryBudget(10_000_000);
  const counted = { ...run, context: { budget } } as unknown as Run;
  for (let round = 0; round < 10; round++) orderRows(counted, keys, [rows], 100_000);
  const little = { ...run, context: { budget: new MemoryBudget(1_000_000) } } as unknown as Run;
  assert.throws(() => orderRows(little, keys, [rows], 100_000), /needs more than 1 MiB/);
  const cancelled = {
    ...run,
    checkCancelled: () => {
      throw new Error("stopped");
    },
  } as unknown as Run;
  assert.throws(() => orderRows(cancelled, keys, [rows], 100_000), /stopped/);
});
