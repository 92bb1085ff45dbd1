import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { StandardOutput } from "./standard_output.ts";

for (const full of [false, true]) {
  Deno.test(`StandardOutput.write() gives signals and keys their turn where the stream ${full ? "fills and drains" : "takes all"} at once`, async () => {
    const stream = Object.assign(new EventEmitter(), {
      write() {
        if (full) queueMicrotask(() => stream.emit("drain"));
        return !full;
      },
    });
    const output = new StandardOutput(stream, () => {});
    let seen = false;
    setImmediate(() => seen = true);
    await output.write("a piece");
    assert.equal(seen, true);
  });
}
