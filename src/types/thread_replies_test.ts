import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type ReplyOutlet, ThreadReplies } from "./thread_replies.ts";

/** Answers each number with its double, and counts its answers in `sent`. */
const CODE = `
import { parentPort, workerData } from "node:worker_threads";
import { sendReply } from ${JSON.stringify(new URL("./thread_replies.ts", import.meta.url).href)};
parentPort.on("message", (number) => {
  sendReply(workerData.outlet, 2 * number, []);
  Atomics.add(workerData.sent, 0, 1);
});`;

interface Doubler {
  readonly worker: Worker;
  readonly sent: Int32Array;
}

function startDoubler(outlet: ReplyOutlet): Doubler {
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(CODE)}`), {
    workerData: { outlet, sent },
    transferList: [outlet.port],
  });
  return { worker, sent };
}

Deno.test("ThreadReplies gives replies in the order they were asked for, also several at once", async () => {
  const heard: number[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const replies = new ThreadReplies<number>((reply) => {
    heard.push(reply);
    if (heard.length === 4) resolve();
  });
  const { worker } = startDoubler(replies.outlet);
  for (const number of [1, 2, 3, 4]) {
    replies.expect();
    worker.postMessage(number);
  }
  await all;
  assert.deepEqual(heard, [2, 4, 6, 8]);
  await worker.terminate();
  replies.close();
});

Deno.test("ThreadReplies hears a thread within few turns of an event loop that always has work", async () => {
  let heard = 0;
  const replies = new ThreadReplies<number>(() => heard++);
  const { worker, sent } = startDoubler(replies.outlet);
  for (let round = 1; round <= 20; round++) {
    replies.expect();
    worker.postMessage(round);
    let turnsSinceSent = 0;
    while (heard < round) {
      if (Atomics.load(sent, 0) === round) turnsSinceSent++;
      await nextTurn();
    }
    assert.ok(turnsSinceSent <= 5, `heard ${turnsSinceSent} turns after it was sent`);
  }
  await worker.terminate();
  replies.close();
});

Deno.test("ThreadReplies owes nothing after close(): what comes later is not heard", async () => {
  const heard: number[] = [];
  const replies = new ThreadReplies<number>((reply) => heard.push(reply));
  const { worker, sent } = startDoubler(replies.outlet);
  replies.expect();
  replies.close();
  worker.postMessage(1);
  while (Atomics.load(sent, 0) === 0) await nextTurn();
  await nextTurn();
  assert.deepEqual(heard, []);
  await worker.terminate();
});
