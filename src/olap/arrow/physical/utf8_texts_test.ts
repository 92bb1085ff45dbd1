import assert from "node:assert/strict";
import { utf8Bytes } from "../kernels/mod.ts";
import { Utf8Texts } from "./utf8_texts.ts";

Deno.test("Utf8Texts.intern() numbers texts as they come, whether they are at hand as bytes or as strings", () => {
  const texts = new Utf8Texts(null);
  const all = [
    "",
    "a",
    "ab",
    "a\0",
    "é",
    "🎉",
    ...Array.from({ length: 5000 }, (_, at) => `${"x".repeat(at % 40)}${at}`),
  ];
  const bytes = utf8Bytes(all.join(""));
  let start = 0;
  for (const [code, text] of all.entries()) {
    const end = start + utf8Bytes(text).length;
    assert.equal(texts.find(bytes, start, end), -1, text);
    const given = code % 2 === 0 ? texts.intern(bytes, start, end) : texts.internText(text);
    assert.equal(given, code, text);
    start = end;
  }
  start = 0;
  for (const [code, text] of all.entries()) {
    const end = start + utf8Bytes(text).length;
    assert.equal(texts.intern(bytes, start, end), code, text);
    assert.equal(texts.find(bytes, start, end), code, text);
    assert.equal(texts.findText(text), code, text);
    start = end;
  }
  assert.equal(texts.count, all.length);
  assert.equal(texts.findText("b"), -1);
  assert.equal(texts.findText(null), -1);
});
