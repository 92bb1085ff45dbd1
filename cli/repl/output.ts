import { closeSync, openSync, writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { messageOf, RheiError, systemCode, systemReason } from "../../src/errors/mod.ts";

/** Takes results; what it returns is awaited, so that it can hold back while a reader is slow. */
export interface ResultSink {
  write(text: string): unknown;
}

/** Where results go: stdout, or the file that `.output` or `.once` names. */
export class Output {
  readonly #stdout: ResultSink;
  /** Whether the file has taken anything yet. */
  #written = false;
  #file: { readonly path: string; readonly descriptor: number; readonly once: boolean } | null = null;

  constructor(stdout: ResultSink) {
    this.#stdout = stdout;
  }

  /** Whether a file takes the results. */
  get redirected(): boolean {
    return this.#file !== null;
  }

  /**
   * Writes text, and waits while stdout's reader is slow. A signal that came meanwhile has been seen when it is done.
   *
   * @throws {RheiError} `IO_ERROR` when the file cannot be written.
   */
  async write(text: string): Promise<void> {
    if (this.#file !== null) {
      this.#written = true;
      writeAll(this.#file, text);
      await nextTurn();
    } else await this.#stdout.write(text);
  }

  /**
   * Sends what follows to a file, replacing what it held; `null` goes back to stdout.
   *
   * @throws {RheiError} `IO_ERROR` when the file cannot be opened; then the output stays where it was.
   */
  redirect(path: string | null, once: boolean): void {
    const next = path === null ? null : { path, descriptor: openFor(path), once };
    this.close();
    this.#file = next;
    this.#written = false;
  }

  /** To be called after each statement and command: a redirection for one result ends once there was one. */
  endOfResult(): void {
    if (this.#file?.once === true && this.#written) this.close();
  }

  /** Closes the file, if there is one. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file.descriptor);
    this.#file = null;
  }
}

function openFor(path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function writeAll(file: { readonly path: string; readonly descriptor: number }, text: string): void {
  try {
    const bytes = Buffer.from(text);
    for (let offset = 0; offset < bytes.length;) offset += writeSync(file.descriptor, bytes, offset);
  } catch (error) {
    throw cannotWrite(file.path, error);
  }
}

function cannotWrite(path: string, cause: unknown): RheiError {
  // A file is made where there is none.
  const reason = systemCode(cause) === "ENOENT" ? "there is no such folder" : systemReason(cause) ?? messageOf(cause);
  return new RheiError("IO_ERROR", `Cannot write to "${path}": ${reason}`, { cause });
}
