import assert from "node:assert/strict";
import { compareText } from "../kernels/mod.ts";
import { mergedRanks } from "./merged_ranks.ts";
import { StringsHeap } from "./text_heaps.ts";

function heapOf(texts: readonly string[]): StringsHeap {
  const heap = new StringsHeap(null);
  for (const text of texts) heap.intern(text);
  return heap;
}

Deno.test("mergedRanks() compare as the texts of both heaps do", () => {
  // Beyond the basic plane JavaScript's own order of strings is another one than that of the bytes.
  const left = ["b", "", "ab", "z\u{1f389}", "é"];
  const right = ["z\uffee", "ab", "a", "z\u{1f389}"];
  const ranks = mergedRanks(heapOf(left), heapOf(right));
  for (const [i, a] of left.entries()) {
    for (const [j, b] of right.entries()) {
      assert.equal(Math.sign(ranks.left[i]! - ranks.right[j]!), Math.sign(compareText(a, b)), `${a} and ${b}`);
    }
  }
});

Deno.test("mergedRanks() follows a heap that has grown", () => {
  const [left, right] = [heapOf(["b"]), heapOf(["c"])];
  assert.ok(mergedRanks(left, right).left[0]! < mergedRanks(left, right).right[0]!);
  right.intern("a");
  const { left: own, right: other } = mergedRanks(left, right);
  assert.ok(other[1]! < own[0]! && own[0]! < other[0]!);
});
