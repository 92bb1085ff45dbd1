import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileFailure } from "../transfer/mod.ts";

/** The part of a writable stream that is used here. */
export interface OutputStream {
  write(text: string, done?: () => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** The reader of stdout has gone away (`rhei query … | head`): whoever writes stops, and nobody needs to be told. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** stdout with back pressure, and a quiet end when its reader closes the pipe. */
export class StandardOutput {
  readonly #stream: OutputStream;
  readonly #onClosed: () => void;
  readonly #beforeWriting: () => void;
  #failure: unknown = null;

  /**
   * @param onClosed Called once when the reader has gone away.
   * @param beforeWriting Called before each piece: what else the terminal shows can make room.
   */
  constructor(stream: OutputStream, onClosed: () => void, beforeWriting: () => void = () => {}) {
    this.#beforeWriting = beforeWriting;
    this.#stream = stream;
    this.#onClosed = onClosed;
    stream.on("error", (error) => this.#fail(error));
  }

  /** Whether nobody reads any more. */
  get closed(): boolean {
    return this.#failure instanceof OutputClosed;
  }

  /**
   * Writes text and waits while the reader is slow. Signals and keys that came meanwhile have been seen when it is done: writing to
   * terminals and files takes the thread, and a long result is many writes.
   *
   * @throws {OutputClosed} When there is no reader any more.
   */
  async write(text: string): Promise<void> {
    this.#assertWritable();
    this.#beforeWriting();
    try {
      if (!this.#stream.write(text)) await once(this.#stream as NodeJS.WritableStream, "drain");
      await nextTurn();
    } catch (error) {
      // Deno writes to files at once and throws; a pipe's failure comes as an event.
      this.#fail(error);
      this.#assertWritable();
    }
  }

  /**
   * Waits until the system has taken everything.
   *
   * @throws {OutputClosed} When there is no reader any more.
   */
  async flush(): Promise<void> {
    await flushed(this.#stream);
    this.#assertWritable();
  }

  #fail(error: unknown): void {
    if (this.#failure !== null) return;
    const closed = (error as NodeJS.ErrnoException).code === "EPIPE";
    this.#failure = closed ? new OutputClosed() : fileFailure("write to", "stdout", error);
    this.#onClosed();
  }

  #assertWritable(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** Waits until what was written to a stream has left the process, or has failed to. */
export async function flushed(stream: Pick<OutputStream, "write">): Promise<void> {
  await new Promise<void>((resolve) => stream.write("", resolve));
}
