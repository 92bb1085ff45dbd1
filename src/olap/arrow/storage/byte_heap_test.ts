import assert from "node:assert/strict";
import { ByteHeap } from "./byte_heap.ts";
import { decodeTexts } from "./decode_texts.ts";
import { DistinctSketch } from "./distinct_sketch.ts";

const CASES: readonly {
  readonly name: string;
  readonly texts: readonly (string | null)[];
  readonly read?: string[];
}[] = [
  { name: "ASCII", texts: ["", "a", "bc", ""] },
  { name: "no text", texts: [] },
  { name: "one to four bytes a character", texts: ["aé語😀", "é", "", "😀😀", "z"] },
  { name: "a byte order mark and NUL", texts: ["\ufeffa", "\ufeff", "\0", "a\0b"] },
  { name: "NULL as empty", texts: ["a", null, "é", null], read: ["a", "", "é", ""] },
  {
    name: "halves of a character that must not join",
    texts: ["a\ud83d", "\ude00b", "é"],
    read: ["a\ufffd", "\ufffdb", "é"],
  },
  { name: "texts longer than what is encoded at once", texts: ["x".repeat(3_000_000), "y", "é".repeat(1_500_000)] },
];

for (const { name, texts, read } of CASES) {
  Deno.test(`ByteHeap.appendTexts() keeps ${name}`, () => {
    const heap = new ByteHeap();
    heap.appendTexts(["before"], 0, 1);
    heap.appendTexts(texts, 0, texts.length);
    const copy = new ByteHeap();
    copy.appendFrom(heap, Int32Array.from({ length: heap.count }, (_, at) => heap.count - 1 - at));
    const expected = ["before", ...(read ?? texts)];
    assert.deepEqual(decodeTexts(heap.offsets, heap.bytes, 0, heap.count), expected);
    assert.deepEqual(decodeTexts(copy.offsets, copy.bytes, 0, copy.count), expected.toReversed());
    heap.truncate(1);
    heap.appendTexts(["ä"], 0, 1);
    assert.deepEqual(decodeTexts(heap.offsets, heap.bytes, 0, heap.count), ["before", "ä"]);
  });
}

for (const distinct of [0, 1, 50, 5000, 300_000]) {
  Deno.test(`DistinctSketch.estimate() comes within a tenth of ${distinct} distinct doubles`, () => {
    const sketch = new DistinctSketch();
    for (let round = 0; round < 2; round++) {
      sketch.addDoubles(Float64Array.from({ length: distinct }, (_, at) => at * 0.25), distinct, null);
    }
    const estimate = sketch.estimate(Infinity);
    assert(Math.abs(estimate - distinct) <= distinct / 10, String(estimate));
    assert.equal(sketch.estimate(0), 0);
  });
}
