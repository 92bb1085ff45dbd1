import assert from "node:assert/strict";
import { compareText } from "./compare.ts";
import { instrText, lengthText } from "./functions/mod.ts";
import { compileGlob, compileGlobUtf8, compileLike, compileLikeUtf8 } from "./like.ts";
import { utf8Bytes } from "./text_bytes.ts";
import { compareUtf8, skipUtf8, utf8Equals, utf8Instr, utf8Length, Utf8Needle } from "./utf8_text.ts";

const CHARACTERS = ["a", "A", "b", "k", "K", "é", "É", "ſ", "€", "🎉", "🎊", " ", "\ufffd", "\uffff"];
const WILD = ["%", "_", "*", "?", "\\"];

/** A small generator with a fixed seed: a failure shows the texts. */
function* texts(seed: number, letters: readonly string[], lengthMax: number, count: number): Generator<string> {
  let state = seed;
  const next = (below: number) => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return (state >>> 8) % below;
  };
  for (let index = 0; index < count; index++) {
    const size = next(lengthMax + 1);
    yield Array.from({ length: size }, () => letters[next(letters.length)]).join("");
  }
}

/** The text as it may lie between others. */
function placed(text: string): [bytes: Uint8Array, start: number, end: number] {
  const bytes = utf8Bytes(`a${text}a`);
  return [bytes, 1, bytes.length - 1];
}

const SUBJECTS = [...texts(1, CHARACTERS, 9, 150), "abab", "special k requests", "Special   k Requests!"];

Deno.test("compileLikeUtf8() and compileGlobUtf8() answer as the matchers of strings do", () => {
  const patterns = [...texts(2, [...CHARACTERS, ...WILD, "%", "_"], 6, 400), "%special%k%requests%", "", "%", "_%"];
  let tested = 0;
  for (const pattern of patterns) {
    const pairs = [
      [compileLike(pattern, null), compileLikeUtf8(pattern, null)],
      [compileLike(pattern, "\\"), compileLikeUtf8(pattern, "\\")],
      [compileGlob(pattern), compileGlobUtf8(pattern)],
    ] as const;
    for (const [index, [strings, bytes]] of pairs.entries()) {
      if (bytes === null) continue;
      for (const text of SUBJECTS) {
        tested++;
        assert.equal(bytes(...placed(text)), strings(text), JSON.stringify({ index, pattern, text }));
      }
    }
  }
  assert.ok(tested > 100_000, `${tested} cases`);
});

Deno.test("compileLikeUtf8() leaves patterns that take decoding to the matcher of strings", () => {
  for (const pattern of ["%\ufffd%", "\ufffe", "a\uffffb"]) assert.equal(compileLikeUtf8(pattern, null), null);
  for (const pattern of ["[ab]", "*[^a]"]) assert.equal(compileGlobUtf8(pattern), null);
  assert.notEqual(compileLikeUtf8("[ab]", null), null);
});

Deno.test("Utf8Needle.find() finds needles longer than a shift can be", () => {
  const needle = "x".repeat(300) + "y";
  const found = new Utf8Needle(utf8Bytes(needle), true);
  const text = "z".repeat(777) + needle.toUpperCase() + "z".repeat(50);
  assert.equal(found.find(utf8Bytes(text), 0, text.length), 777);
  assert.equal(found.find(utf8Bytes(text), 778, text.length), -1);
  assert.equal(found.find(utf8Bytes(text), 0, 777 + needle.length - 1), -1);
});

Deno.test("utf8Length(), utf8Instr() and skipUtf8() count characters", () => {
  for (const text of SUBJECTS) {
    assert.equal(utf8Length(...placed(text)), lengthText(text), text);
    for (const part of texts(3, CHARACTERS, 2, 30)) {
      const needle = new Utf8Needle(utf8Bytes(part), false);
      assert.equal(utf8Instr(...placed(text), needle), instrText(text, part), JSON.stringify({ text, part }));
    }
    const [bytes, start, end] = placed(text);
    const characters = [...text];
    for (let count = 0; count <= characters.length + 1; count++) {
      const expected = start + utf8Bytes(characters.slice(0, count).join("")).length;
      assert.equal(skipUtf8(bytes, start, end, count), expected, JSON.stringify({ text, count }));
    }
  }
});

Deno.test("compareUtf8() and utf8Equals() compare as texts compare", () => {
  const some = [...texts(4, ["a", "b", "é", "🎉", "\uffff"], 4, 80)];
  for (const a of some) {
    for (const b of some) {
      const expected = Math.sign(compareText(a, b));
      assert.equal(Math.sign(compareUtf8(...placed(a), ...placed(b))), expected, JSON.stringify({ a, b }));
      assert.equal(utf8Equals(...placed(a), utf8Bytes(b)), a === b, JSON.stringify({ a, b }));
    }
  }
});
