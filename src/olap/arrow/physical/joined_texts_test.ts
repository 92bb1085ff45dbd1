import assert from "node:assert/strict";
import { joinedTexts } from "./joined_texts.ts";
import { BytesHeap } from "./text_heaps.ts";

function heapOf(...texts: readonly string[]): BytesHeap {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const offsets = new Int32Array(texts.length + 1);
  parts.forEach((part, at) => offsets[at + 1] = offsets[at]! + part.length);
  const bytes = new Uint8Array(offsets.at(-1)!);
  parts.forEach((part, at) => bytes.set(part, offsets[at]!));
  return new BytesHeap(texts.length, offsets, bytes, true);
}

Deno.test("joinedTexts() finds every text of every dictionary in one without equal texts", () => {
  const heaps = [heapOf("a", "é", ""), heapOf("", "b", "a"), heapOf(), heapOf("b", "\ufeffc")];
  const joined = joinedTexts(heaps);
  const whole = joined[0]!.heap;
  assert.ok(joined.every(({ heap }) => heap === whole));
  assert.deepEqual(Array.from({ length: whole.count }, (_, index) => whole.text(index)), [
    "a",
    "é",
    "",
    "b",
    "\ufeffc",
  ]);
  heaps.forEach((heap, at) => {
    for (let index = 0; index < heap.count; index++) {
      assert.equal(whole.text(joined[at]!.indexes?.[index] ?? index), heap.text(index));
    }
  });
});

Deno.test("joinedTexts() keeps what it made until a dictionary has grown", () => {
  const [first, second] = [heapOf("a"), heapOf("b")];
  const before = joinedTexts([first, second]);
  assert.equal(joinedTexts([first, second]), before);
  const grown = heapOf("b", "c");
  second.show(2, grown.offsets, grown.bytes);
  assert.equal(joinedTexts([first, second])[0]!.heap.count, 3);
});

Deno.test("joinedTexts() of one dictionary alone is that dictionary", () => {
  const heap = heapOf("a", "b");
  assert.deepEqual(joinedTexts([heap, heap]), [{ heap, indexes: null }, { heap, indexes: null }]);
});
