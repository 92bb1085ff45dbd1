import assert from "node:assert/strict";
import type { ColumnVector } from "../../../types/mod.ts";
import { EncodedKeyIndex } from "./encoded_key_index.ts";
import { IntegerKeyIndex } from "./integer_key_index.ts";
import type { KeyIndex } from "./key_index.ts";
import { PositionList } from "./position_list.ts";

const integers = (values: readonly bigint[]): ColumnVector => {
  return { class: "integer", data: BigInt64Array.from(values), nulls: null };
};

function put(index: KeyIndex, keys: readonly ColumnVector[], rowCount: number, first: number): number[] {
  const former = new PositionList();
  index.put(keys, rowCount, first, former);
  return [...former.values()];
}

function remove(index: KeyIndex, keys: readonly ColumnVector[], rowCount: number): number[] {
  const former = new PositionList();
  index.remove(keys, rowCount, former);
  return [...former.values()];
}

const SHAPES: readonly { readonly name: string; readonly key: (n: number) => bigint }[] = [
  { name: "ascending keys", key: (n) => BigInt(n) },
  { name: "descending keys", key: (n) => -BigInt(n) },
  { name: "keys around zero", key: (n) => BigInt(n % 2 === 0 ? n : -n) },
  { name: "every seventh key", key: (n) => BigInt(n) * 7n },
  { name: "spread keys", key: (n) => BigInt(n) * 1_000_003n },
  { name: "dense keys and then far ones", key: (n) => n < 2000 ? BigInt(n) : BigInt(n) ** 5n },
  { name: "keys of 64 bits", key: (n) => BigInt.asIntN(64, BigInt(n) * 0x9e3779b97f4a7c15n) },
  { name: "dense keys beyond 2^53", key: (n) => 2n ** 60n + BigInt(n) },
];

for (const { name, key } of SHAPES) {
  Deno.test(`IntegerKeyIndex finds, replaces and removes ${name}`, () => {
    const index = new IntegerKeyIndex();
    const expected = new Map<bigint, number>();
    for (let first = 0; first < 5000; first += 100) {
      const keys = Array.from({ length: 100 }, (_, at) => key(first + at));
      assert.deepEqual(put(index, [integers(keys)], 100, first), []);
      keys.forEach((each, at) => expected.set(each, first + at));
      const old = [key(first >> 1), key((first >> 1) + 1)];
      assert.deepEqual(put(index, [integers(old)], 2, 100_000 + first), old.map((each) => expected.get(each)));
      old.forEach((each, at) => expected.set(each, 100_000 + first + at));
      const gone = key(first + 50);
      assert.deepEqual(remove(index, [integers([gone, 2n ** 62n + 1n, gone])], 3), [expected.get(gone)]);
      assert.deepEqual(put(index, [integers([gone])], 1, 200_000 + first), []);
      expected.set(gone, 200_000 + first);
    }
    const all = [...expected.keys()];
    assert.deepEqual(remove(index, [integers(all)], all.length), [...expected.values()]);
    assert.deepEqual(remove(index, [integers(all)], all.length), []);
  });
}

const text = (...data: (string | null)[]): ColumnVector => ({ class: "text", data });
const real = (data: number[], nulls: number[] | null = null): ColumnVector => {
  return { class: "real", data: Float64Array.from(data), nulls: nulls === null ? null : Uint8Array.from(nulls) };
};

Deno.test("EncodedKeyIndex tells keys apart whose parts join to the same bytes", () => {
  const index = new EncodedKeyIndex();
  const keys = [text("1", "11", "", "1:", null, "a"), text("11", "1", "1:1", "1", "a", null)];
  assert.deepEqual(put(index, keys, 6, 0), []);
  assert.deepEqual(put(index, keys, 6, 10), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(remove(index, keys, 6), [10, 11, 12, 13, 14, 15]);
});

Deno.test("EncodedKeyIndex takes 0 and -0 for one key, with NULLs beside them or not", () => {
  const index = new EncodedKeyIndex();
  assert.deepEqual(put(index, [real([0, 0.1])], 2, 0), []);
  assert.deepEqual(put(index, [real([-0, 7], [0, 1])], 2, 5), [0]);
  assert.deepEqual(put(index, [integers([1n]), real([-0])], 1, 8), []);
  assert.deepEqual(put(index, [integers([1n]), real([0])], 1, 9), [8]);
});
