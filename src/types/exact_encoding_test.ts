import assert from "node:assert/strict";
import { decodeExact, encodeExact } from "./exact_encoding.ts";
import { UndecodableText } from "./undecodable_text.ts";
import type { ExactValue } from "./value.ts";

const VALUES: readonly (readonly [string, ExactValue | UndecodableText])[] = [
  ["NULL", null],
  ["the least INTEGER", -(2n ** 63n)],
  ["the greatest INTEGER", 2n ** 63n - 1n],
  ["INTEGER 1", 1n],
  ["REAL 1.0", 1],
  ["REAL -0.0", -0],
  ["REAL infinity", Infinity],
  ["an empty text", ""],
  ["a text with a byte order mark and a surrogate pair", "\ufeffa😀"],
  ["a text with NUL", "a\0b"],
  ["a text that is not UTF-8", new UndecodableText(new Uint8Array([97, 255]))],
  ["an empty blob", new Uint8Array(0)],
  ["a blob of 0", new Uint8Array([0])],
];

for (const [name, value] of VALUES) {
  Deno.test(`decodeExact() gives back ${name}`, () => {
    assert.deepStrictEqual(decodeExact(encodeExact(value)), value);
  });
}

Deno.test("encodeExact() keeps values of different storage classes apart", () => {
  const encoded = VALUES.map(([, value]) => String(encodeExact(value)));
  assert.equal(new Set(encoded).size, VALUES.length);
});

Deno.test("decodeExact() throws when bytes are not of its form", () => {
  for (const bytes of [[], [0], [9, 1], [1, 2], [2, 0, 0]]) {
    assert.throws(() => decodeExact(new Uint8Array(bytes)), RangeError);
  }
});
