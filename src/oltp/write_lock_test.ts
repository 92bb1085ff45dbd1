import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { WriteLock } from "./write_lock.ts";

const timeout = () => new Error("too long");

Deno.test("WriteLock serves in order of arrival", async () => {
  const lock = new WriteLock(1000);
  const order: string[] = [];
  await lock.acquire(false, timeout);
  const waiting = ["a", "b", "c"].map(async (name) => {
    await lock.acquire(false, timeout);
    order.push(name);
    lock.release();
  });
  strictEqual(lock.tryAcquire(), false);
  lock.release();
  await Promise.all(waiting);
  deepStrictEqual(order, ["a", "b", "c"]);
  strictEqual(lock.tryAcquire(), true);
});

Deno.test("WriteLock.acquire() gives up on an open-ended holder, also one that came before it in the queue", async () => {
  const lock = new WriteLock(5);
  await lock.acquire(false, timeout);
  const openEnded = lock.acquire(true, timeout);
  const behind = lock.acquire(false, timeout);
  const rejected = rejects(behind, /too long/);
  lock.release();
  await openEnded;
  await rejected;
  lock.release();
  strictEqual(lock.tryAcquire(), true);
});

Deno.test("WriteLock.acquire() waits for a holder that ends by itself", async () => {
  const lock = new WriteLock(0);
  await lock.acquire(false, timeout);
  const waiting = lock.acquire(false, timeout);
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 2);
  await promise;
  lock.release();
  await waiting;
});
