import { MessageChannel, type MessagePort, receiveMessageOnPort, type Transferable } from "node:worker_threads";
import { seal, type Sealed, unseal } from "./sealed.ts";

/** What a thread answers through. */
export interface ReplyOutlet {
  /** To be transferred to the thread. */
  readonly port: MessagePort;
  /** One counter, of replies that are in the port. */
  readonly bell: Int32Array;
}

/**
 * Receives a thread's replies, while any are owed.
 *
 * A message alone may be noticed late: where the event loop is never without work, Deno looks for those of other threads at one in
 * some thirty of its turns only, which between transactions is ten milliseconds. A thread that rings is heard in the next turn.
 */
export class ThreadReplies<Reply> {
  readonly #port: MessagePort;
  readonly #bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #onReply: (reply: Reply) => void;
  #owed = 0;
  #listens = false;
  readonly outlet: ReplyOutlet;

  constructor(onReply: (reply: Reply) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#onReply = onReply;
    this.outlet = { port: port2, bell: this.#bell };
  }

  /** One more reply is owed. */
  expect(): void {
    this.#owed++;
    if (!this.#listens) void this.#listen();
  }

  /** The thread has ended: nothing is owed any more. */
  close(): void {
    this.#owed = 0;
    ring(this.#bell);
    this.#port.close();
  }

  async #listen(): Promise<void> {
    this.#listens = true;
    while (this.#owed > 0) {
      // Before the look: what comes after it has rung since.
      const rung = Atomics.load(this.#bell, 0);
      this.#receive();
      if (this.#owed === 0) break;
      const { async: waits, value } = Atomics.waitAsync(this.#bell, 0, rung);
      if (waits) await value;
    }
    this.#listens = false;
  }

  #receive(): void {
    while (this.#owed > 0) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#owed--;
      this.#onReply(unseal(received.message as Sealed<Reply>));
    }
  }
}

/** Answers, in the thread. */
export function sendReply<Reply>(outlet: ReplyOutlet, reply: Reply, transferred: Transferable[]): void {
  outlet.port.postMessage(seal(reply), transferred);
  ring(outlet.bell);
}

function ring(bell: Int32Array): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}
