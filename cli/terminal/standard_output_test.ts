import assert from "node:assert/strict";
import { StandardOutput } from "./standard_output.ts";

Deno.test("StandardOutput.write() gives signals and keys their turn, though the stream takes everything at once", async () => {
  const output = new StandardOutput({ write: () => true, on: () => {} }, () => {});
  let seen = false;
  setImmediate(() => seen = true);
  await output.write("a piece");
  assert.equal(seen, true);
});
