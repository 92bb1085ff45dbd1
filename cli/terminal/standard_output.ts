import { once } from "node:events";

/** The part of a writable stream that is used here. */
export interface OutputStream {
  write(text: string): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly writableLength?: number;
}

/** The reader of stdout has gone away (`rhei query … | head`): whoever writes stops, and nobody needs to be told. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** stdout with back pressure, and a quiet end when its reader closes the pipe. */
export class StandardOutput {
  readonly #stream: OutputStream;
  #failure: Error | null = null;

  /** @param onClosed Called once when the reader has gone away. */
  constructor(stream: OutputStream, onClosed: () => void) {
    this.#stream = stream;
    stream.on("error", (error) => {
      if (this.#failure !== null) return;
      this.#failure = (error as NodeJS.ErrnoException).code === "EPIPE" ? new OutputClosed() : error;
      onClosed();
    });
  }

  /** Whether nobody reads any more. */
  get closed(): boolean {
    return this.#failure instanceof OutputClosed;
  }

  /**
   * Writes text and waits while the reader is slow.
   *
   * @throws {OutputClosed} When there is no reader any more.
   */
  async write(text: string): Promise<void> {
    this.#assertWritable();
    if (this.#stream.write(text)) return;
    try {
      await once(this.#stream as NodeJS.WritableStream, "drain");
    } catch (error) {
      this.#assertWritable();
      throw error;
    }
  }

  /** Writes the pieces one after the other. */
  async writeAll(pieces: Iterable<string>): Promise<void> {
    for (const piece of pieces) await this.write(piece);
  }

  /** Waits until the system has taken everything. */
  async flush(): Promise<void> {
    if (this.#failure === null && (this.#stream.writableLength ?? 0) > 0) {
      // A reader that goes away now has all it wanted.
      await once(this.#stream as NodeJS.WritableStream, "drain").catch(() => {});
    }
  }

  #assertWritable(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
