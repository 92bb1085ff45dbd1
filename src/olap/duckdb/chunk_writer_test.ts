import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type ColumnVector, utf8Vector } from "../../types/mod.ts";
import { ChunkPool } from "./chunk_pool.ts";
import { readVector } from "./chunk_reader.ts";
import { ChunkWriter } from "./chunk_writer.ts";

/** The same texts as they come from pages: behind one another, with a separator between them. */
function utf8Of(values: readonly (string | null)[]): ColumnVector {
  const bytes = new TextEncoder().encode(values.map((value) => value ?? "").join("\x1f"));
  const ends = new Uint32Array(values.length);
  let end = -1;
  values.forEach((value, row) => ends[row] = end += 1 + new TextEncoder().encode(value ?? "").length);
  const nulls = values.includes(null) ? Uint8Array.from(values, (value) => value === null ? 1 : 0) : null;
  return utf8Vector({ bytes, ends, nulls });
}

const TEXTS: Readonly<Record<string, readonly (string | null)[]>> = {
  "short texts": ["", "a", "twelve bytes", "", "b"],
  "long texts": ["thirteen byte", "x".repeat(5000), "", "twelve bytes"],
  "more than ASCII": ["naïve", "東京", "🦉".repeat(10), "\ufeffmark", "a"],
  "separators": ["\x1f", "a\x1fb", "\x1f\x1f", "é\x1f"],
  "NULL": [null, "", null, null, "a long text after three NULLs", null],
  "nothing but NULL": [null, null],
  "several chunks": Array.from({ length: 5000 }, (_, i) => i % 7 === 0 ? null : `text ${i} `.repeat(i % 4)),
  "texts that fill a chunk before its rows do": Array.from({ length: 9 }, (_, i) => `${i}`.repeat(1 << 20)),
  "a text longer than a chunk holds": ["a", "b".repeat(5 << 20), "c"],
};

for (const [name, values] of Object.entries(TEXTS)) {
  Deno.test(`ChunkWriter.fill() writes ${name} given as strings or in UTF-8`, () => {
    const utf8 = utf8Of(values);
    deepStrictEqual(utf8.data, values);
    for (const column of [utf8, { class: "text" as const, data: values }]) {
      const writer = new ChunkWriter();
      const written: unknown[] = [];
      while (written.length < values.length) {
        const { chunk } = new ChunkPool().take(["text"]);
        const { end } = writer.fill(chunk, [column], written.length, values.length);
        ok(end > written.length);
        written.push(...readVector(chunk, 0, "text"));
        strictEqual(written.length, end);
      }
      deepStrictEqual(written, values);
    }
  });
}
