import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { SharedRun } from "./shared_run.ts";

/** A job whose runs end when told to. */
function controlledJob() {
  const runs: PromiseWithResolvers<number>[] = [];
  const job = () => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  };
  return { runs, shared: new SharedRun(job) };
}

Deno.test("SharedRun.run() shares one following run when calls come while it runs", async () => {
  const { runs, shared } = controlledJob();
  const first = shared.run();
  const second = shared.run();
  const third = shared.run();
  assert.equal(second, third);
  assert.notEqual(first, second);
  assert.equal(runs.length, 1, "the following run has not begun");
  runs[0]?.resolve(1);
  assert.equal(await first, 1);
  while (runs.length < 2) await Promise.resolve();
  runs[1]?.resolve(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
  await shared.idle();
  assert.equal(runs.length, 2);
});

Deno.test("SharedRun.run() starts the following run when the one before it fails", async () => {
  const { runs, shared } = controlledJob();
  const first = shared.run();
  const second = shared.run();
  runs[0]?.reject(new Error("first"));
  await assert.rejects(first, /first/);
  while (runs.length < 2) await Promise.resolve();
  runs[1]?.resolve(2);
  assert.equal(await second, 2);
  await shared.idle();
});

Deno.test("SharedRun.run() keeps the caller's asynchronous context out of the job", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const shared = new SharedRun(async () => {
    await Promise.resolve();
    seen.push(storage.getStore());
  });
  await storage.run("transaction body", () => Promise.all([shared.run(), shared.run()]));
  assert.deepEqual(seen, [undefined, undefined]);
});
