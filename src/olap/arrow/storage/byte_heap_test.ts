import assert from "node:assert/strict";
import { utf8Vector } from "../../../types/mod.ts";
import { ByteHeap } from "./byte_heap.ts";
import { decodeTexts } from "./decode_texts.ts";
import { DistinctSketch } from "./distinct_sketch.ts";
import { encodedTexts } from "./encode_texts.ts";
import { GrowingDictionary } from "./text_dictionary.ts";

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

/** The texts as they come from the source's pages. */
function utf8Of(texts: readonly (string | null)[]) {
  const encoder = new TextEncoder();
  let end = -1;
  const ends = Uint32Array.from(texts, (text) => end += 1 + encoder.encode(text ?? "").length);
  const nulls = texts.includes(null) ? Uint8Array.from(texts, (text) => text === null ? 1 : 0) : null;
  return utf8Vector({ bytes: encoder.encode(texts.map((text) => text ?? "").join("\x1f")), ends, nulls });
}

const readAll = (heap: ByteHeap) => decodeTexts(heap.offsets, heap.bytes, 0, heap.count);

for (const { name, texts, read } of CASES) {
  Deno.test(`ByteHeap and GrowingDictionary keep ${name}, given as strings or in UTF-8`, () => {
    const expected = read ?? texts.map((text) => text ?? "");
    for (const vector of [{ class: "text" as const, data: texts }, utf8Of(texts)]) {
      const heap = new ByteHeap();
      heap.appendOne(new TextEncoder().encode("(before)"), 1, 7);
      const dictionary = new GrowingDictionary();
      const codes = new Int32Array(texts.length);
      for (let round = 0; round < 2; round++) {
        let row = 0;
        for (const part of encodedTexts(vector, texts.length)) {
          if (round === 0) heap.appendEncoded(part);
          dictionary.encode(part, codes, row);
          row += part.rowCount;
        }
      }
      assert.deepEqual(readAll(heap), ["before", ...expected]);
      const copy = new ByteHeap();
      copy.appendFrom(heap, Int32Array.from({ length: heap.count }, (_, at) => heap.count - 1 - at));
      assert.deepEqual(readAll(copy), ["before", ...expected].toReversed());
      const distinct = readAll(dictionary.heap);
      assert.equal(distinct.length, new Set(expected.filter((_, at) => texts[at] !== null)).size);
      texts.forEach((text, at) => assert.equal(text === null ? expected[at] : distinct[codes[at]!], expected[at]));
      heap.truncate(1);
      heap.appendOne(Uint8Array.of(65), 0, 1);
      assert.deepEqual(readAll(heap), ["before", "A"]);
    }
  });
}

Deno.test("GrowingDictionary finds the codes of 20,000 texts again, also when made of what a heap holds", () => {
  const data = Array.from({ length: 20_000 }, (_, at) => `text ${at} ${"é".repeat(at % 3)}`);
  const codes = new Int32Array(data.length);
  const dictionary = new GrowingDictionary();
  for (const part of encodedTexts({ data }, data.length)) dictionary.encode(part, codes, 0);
  assert.deepEqual(codes, Int32Array.from(data, (_, at) => at));
  const { offsets, bytes, count } = dictionary.view();
  const again = GrowingDictionary.of(offsets, bytes, count);
  for (const part of encodedTexts({ data: ["new", ...data.toReversed()] }, 101)) again.encode(part, codes, 0);
  assert.deepEqual(codes.subarray(0, 101), Int32Array.from({ length: 101 }, (_, at) => 20_000 - at));
});

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
