import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { threadEntry } from "./thread_entry.ts";

Deno.test("threadEntry() leaves a file as it is", () => {
  const module = new URL("./thread_entry.ts", import.meta.url);
  assert.equal(threadEntry(module), module);
});

Deno.test("threadEntry() makes a module from the network one that imports it", () => {
  const entry = threadEntry(new URL("https://example.org/it's/here.ts?a=1"));
  assert.equal(decodeURIComponent(entry.pathname), `text/javascript,import "https://example.org/it's/here.ts?a=1";`);
});

Deno.test("threadEntry() starts a thread with a module that is no file", async () => {
  const code = 'import { parentPort } from "node:worker_threads"; parentPort.postMessage("started");';
  // Another module that lies in no file: one from the network would be noted in the lock file.
  const worker = new Worker(threadEntry(new URL(`data:text/javascript,${encodeURIComponent(code)}`)));
  try {
    assert.deepEqual(await once(worker, "message"), ["started"]);
  } finally {
    await worker.terminate();
  }
});
