import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { SyncLoop } from "./sync_loop.ts";

/** A loop whose looks are answered one after the other, and hang once there are no answers left. */
function looking(answers: readonly (boolean | Error)[], idleMsMax: number): {
  loop: SyncLoop;
  looks: () => number;
  over: Promise<void>;
} {
  const over = Promise.withResolvers<void>();
  let looks = 0;
  const loop = new SyncLoop(
    () => {
      const answer = answers[looks++];
      if (looks === answers.length) over.resolve();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? false);
    },
    () => Promise.resolve(),
    { idleMsMax },
  );
  return { loop, looks: () => looks, over: over.promise };
}

/** The timers of a loop do not keep a process alive. */
async function alive(body: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 1_000);
  try {
    await body();
  } finally {
    clearInterval(timer);
  }
}

Deno.test("SyncLoop looks at its interval where looking costs nothing, however long nothing happens", () =>
  alive(async () => {
    const { loop, over } = looking(new Array(40).fill(false), 0);
    loop.start(1);
    await over;
    assert.ok(loop.pauseMs < 100, `${loop.pauseMs}`);
    await loop.stop();
    assert.equal(loop.isRunning, false);
  }));

Deno.test("SyncLoop rests longer and longer while nothing happens where a look costs a request, until it is woken", () =>
  alive(async () => {
    // Ten looks at the interval, and then 2, 4, 8, 16 and 32 ms apart; the next pause would be an hour.
    const { loop, looks, over } = looking([...new Array(16).fill(false)], 3_600_000);
    loop.start(1);
    await over;
    while (loop.pauseMs < 64) await new Promise((resolve) => setTimeout(resolve));
    const before = looks();
    while (looks() === before) {
      loop.wake();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await loop.stop();
  }));

Deno.test("SyncLoop keeps what it fails with and since when, and forgets both after a success", () =>
  alive(async () => {
    const failure = new RheiError("DISK_FULL", "Cannot write: on fire");
    const { loop, over } = looking([failure, failure], 0);
    const beganMs = Date.now();
    loop.start(1);
    await over;
    while (loop.failures < 2) await new Promise((resolve) => setTimeout(resolve));
    assert.equal(loop.lastError, failure);
    assert.ok(loop.trouble !== null && loop.trouble.sinceMs >= beganMs);
    assert.deepEqual([loop.trouble.failures, loop.trouble.retryMs], [2, 4]);
    while (loop.trouble !== null) await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual([loop.trouble, loop.failures], [null, 2]);
    await loop.stop();
  }));

Deno.test("SyncLoop goes on with its job while tidying fails, tells since when, and tries that again until it succeeds", () =>
  alive(async () => {
    const failure = new RheiError("DISK_FULL", "Cannot write a checkpoint");
    let [looks, attempts] = [0, 0];
    const troubles: (number | undefined)[] = [];
    const tidied = Promise.withResolvers<void>();
    const loop: SyncLoop = new SyncLoop(
      () => {
        looks++;
        if (attempts > 0) troubles.push(loop.trouble?.failures);
        // Idle until tidying fails, busy from then on.
        return Promise.resolve(attempts > 0);
      },
      () => {
        if (++attempts < 4) return Promise.reject(failure);
        tidied.resolve();
        return Promise.resolve();
      },
      { idleMsMax: 0 },
    );
    loop.start(1);
    await tidied.promise;
    while (loop.trouble !== null) await new Promise((resolve) => setTimeout(resolve));
    await loop.stop();
    assert.equal(loop.failures, 3);
    const told = troubles.filter((failures) => failures !== undefined);
    assert.deepEqual([...new Set(told)], [1, 2, 3]);
    assert.equal(troubles.indexOf(undefined), told.length === troubles.length ? -1 : told.length);
    assert.ok(looks > 10);
  }));

Deno.test("SyncLoop does not look while others do its job, and does again once they stop", () =>
  alive(async () => {
    let asked = 0;
    const looked = Promise.withResolvers<number>();
    const loop = new SyncLoop(
      () => {
        looked.resolve(asked);
        return Promise.resolve(true);
      },
      () => Promise.resolve(),
      // The first four times somebody else has just ended.
      { idleMsMax: 0, doneMs: () => ++asked < 5 ? performance.now() : -Infinity },
    );
    loop.start(1);
    assert.equal(await looked.promise, 5);
    await loop.stop();
  }));

Deno.test("SyncLoop looks whatever others have done while it has a failure to get over", () =>
  alive(async () => {
    let looks = 0;
    const recovered = Promise.withResolvers<void>();
    const loop = new SyncLoop(
      () => {
        if (++looks === 1) return Promise.reject(new RheiError("DISK_FULL", "Cannot write: on fire"));
        recovered.resolve();
        return Promise.resolve(true);
      },
      () => Promise.resolve(),
      { idleMsMax: 0, doneMs: () => looks === 0 ? -Infinity : performance.now() },
    );
    loop.start(1);
    await recovered.promise;
    await loop.stop();
  }));
