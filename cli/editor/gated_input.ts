import { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";

/** The part of a terminal's input stream that is used here. */
export interface TerminalInput {
  on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  on(event: "end" | "close", listener: () => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  setRawMode?(enabled: boolean): unknown;
}

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
const CTRL_C = "\x03";

// deno-lint-ignore no-control-regex
const PASTED = /\x1b\[200~.*?(?:\x1b\[201~|$)/gs;

/** What ends a piece of input: the editor may answer it with a statement to run, so the rest waits until asked for. */
// deno-lint-ignore no-control-regex
const PIECE = /^[^\r\n\x03\x04]*(?:\r\n|[\r\n\x03\x04]|$)/;

/** Control characters in pasted text would act as keys; only tabs and line ends are text. */
// deno-lint-ignore no-control-regex
const PASTED_KEYS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/**
 * Stands between the terminal and the editor, and hands keys on one line at a time: what follows the end of a statement waits until
 * the next prompt. So a pasted script shows each statement with its prompt, then its result, as if it had been typed slowly.
 *
 * While closed (a statement runs) Ctrl-C is not a key of the editor: it drops what was typed ahead and emits `interrupt`.
 *
 * Bracketed paste is resolved here, because not every runtime's decoder of keys knows it: the markers are removed, and nothing pasted
 * acts as a key.
 *
 * Events: `data` (keys, for `node:readline` to decode), `paste` (text, at most one line with its end), `pasted` (its end), `interrupt`, `hangup` (the
 * terminal is gone).
 */
export class GatedInput extends EventEmitter {
  readonly #source: TerminalInput;
  readonly #decoder = new StringDecoder("utf8");
  readonly #onData = (chunk: Uint8Array | string): void => this.#receive(chunk);
  readonly #onEnd = (): void => this.#end();
  #waiting = "";
  #partial = "";
  #open = false;
  #pasting = false;
  #ended = false;

  constructor(source: TerminalInput) {
    super();
    this.#source = source;
    this.attach();
  }

  /** Whether more of a pasted text is to come. */
  get pasting(): boolean {
    return this.#pasting;
  }

  /** Hands on what waits, up to and including the next line end. */
  open(): void {
    this.#open = true;
    this.#drain();
  }

  /** Keeps what comes from now on. A Ctrl-C that came in one piece with the line end counts as pressed after it. */
  shut(): void {
    this.#open = false;
    this.#interrupt();
  }

  /** Begins to listen to the terminal. */
  attach(): void {
    this.#source.on("data", this.#onData);
    this.#source.on("end", this.#onEnd);
    this.#source.on("close", this.#onEnd);
    this.#source.resume();
  }

  /** Stops listening to the terminal: another program may read it, and the process may end. */
  detach(): void {
    this.#source.off("data", this.#onData);
    this.#source.off("end", this.#onEnd);
    this.#source.off("close", this.#onEnd);
    this.#source.pause();
  }

  /** Whether the terminal hands on each key as it is pressed. */
  setRawMode(enabled: boolean): void {
    this.#source.setRawMode?.(enabled);
  }

  #receive(chunk: Uint8Array | string): void {
    let text = this.#partial + (typeof chunk === "string" ? chunk : this.#decoder.write(chunk as Buffer));
    const split = partialMarkerLength(text);
    this.#partial = split === 0 ? "" : text.slice(-split);
    if (split > 0) text = text.slice(0, -split);
    this.#waiting += text;
    if (this.#open) this.#drain();
    else this.#interrupt();
  }

  /** Acts on a Ctrl-C among what waits. */
  #interrupt(): void {
    const keys = (this.#pasting ? PASTE_START : "") + this.#waiting;
    // Pasted text is blanked, so that only keys are searched, at their places.
    const typed = keys.replace(PASTED, (pasted) => " ".repeat(pasted.length));
    const at = typed.lastIndexOf(CTRL_C);
    if (at < 0) return;
    this.#waiting = keys.slice(at + 1);
    this.#pasting = false;
    this.emit("interrupt");
  }

  #drain(): void {
    while (this.#open && this.#waiting !== "") {
      const marker = this.#waiting.indexOf(this.#pasting ? PASTE_END : PASTE_START);
      if (marker === 0) {
        this.#waiting = this.#waiting.slice(PASTE_START.length);
        this.#pasting = !this.#pasting;
        if (!this.#pasting) this.emit("pasted");
        continue;
      }
      const reachable = marker < 0 ? this.#waiting : this.#waiting.slice(0, marker);
      const piece = (PIECE.exec(reachable) as RegExpExecArray)[0];
      this.#waiting = this.#waiting.slice(piece.length);
      if (this.#pasting) this.emit("paste", piece.replace(PASTED_KEYS, ""));
      // A line end of two characters is one key.
      else this.emit("data", Buffer.from(piece.replace("\r\n", "\r")));
    }
    if (this.#ended && this.#open && this.#waiting === "") this.emit("hangup");
  }

  #end(): void {
    this.#ended = true;
    this.#waiting += this.#partial;
    this.#partial = "";
    this.#drain();
  }
}

/**
 * Length of a paste marker's beginning at the end of `text`, 0 if there is none. Shorter beginnings than `ESC [ 2` are keys
 * of their own (Escape) and are never held back.
 */
function partialMarkerLength(text: string): number {
  for (let length = PASTE_START.length - 1; length >= 3; length--) {
    const tail = text.slice(-length);
    if (tail.length === length && (PASTE_START.startsWith(tail) || PASTE_END.startsWith(tail))) return length;
  }
  return 0;
}
