import type { MemoryBudget } from "./memory_budget.ts";
import { entryBytes } from "./value_bytes.ts";
import type { TextHeap } from "./fragment.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes beyond which decoding a heap as a whole would hold too long a string. */
const WHOLE_BYTES_MAX = 1 << 28;

/** Texts kept as UTF-8 in a column or dictionary, decoded when asked for. */
export class BytesHeap implements TextHeap {
  readonly unique: boolean;
  #count: number;
  /** Texts the arrays hold: those of the latest state shown so far. */
  #held: number;
  #offsets: Int32Array;
  #bytes: Uint8Array;
  /** All texts in one when they are ASCII, so that each is a slice; `null` when not, `undefined` before the first use. */
  #whole: string | null | undefined;
  #texts: (string | undefined)[] = [];

  constructor(count: number, offsets: Int32Array, bytes: Uint8Array, unique: boolean) {
    this.#count = count;
    this.#held = count;
    this.#offsets = offsets;
    this.#bytes = bytes;
    this.unique = unique;
  }

  get count(): number {
    return this.#count;
  }

  get utf8(): { readonly offsets: Int32Array; readonly bytes: Uint8Array } {
    return { offsets: this.#offsets, bytes: this.#bytes };
  }

  get offsets(): Int32Array {
    return this.#offsets;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Shows a dictionary's state as of a snapshot; the texts known so far stay. What is decided by the count is then the same on all
   * threads of a team, whichever snapshots each has seen before.
   */
  show(count: number, offsets: Int32Array, bytes: Uint8Array): void {
    this.#count = count;
    if (count <= this.#held) return;
    this.#held = count;
    this.#offsets = offsets;
    this.#bytes = bytes;
    this.#whole = undefined;
  }

  text(index: number): string {
    if (!this.unique) return this.#decode(index);
    return this.#texts[index] ??= this.#decode(index);
  }

  #decode(index: number): string {
    const start = this.#offsets[index]!;
    const end = this.#offsets[index + 1]!;
    if (this.unique) {
      this.#whole ??= this.#decodeWhole();
      if (this.#whole !== null) return this.#whole.slice(start, end);
    }
    return decodeText(this.#bytes, start, end);
  }

  #decodeWhole(): string | null {
    const end = this.#offsets[this.#held]!;
    if (end > WHOLE_BYTES_MAX) return null;
    const text = decoder.decode(this.#bytes.slice(0, end));
    return text.length === end ? text : null;
  }
}

/** Length up to which a text is put together unit by unit: below it, the call of a decoder costs more. */
const SHORT = 24;

/** Decodes one UTF-8 text. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    let text = "";
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  return decoder.decode(bytes.slice(start, end));
}

/** Texts met while a statement ran. */
export class StringsHeap implements TextHeap {
  readonly unique = true;
  readonly utf8 = null;
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #budget: MemoryBudget | null;
  #shown: number | null = null;

  /** @param budget Counts the texts; `null` for those that stay when the statement has ended. */
  constructor(budget: MemoryBudget | null) {
    this.#budget = budget;
  }

  get count(): number {
    return this.#shown ?? this.texts.length;
  }

  /** Shows the first texts only: what the statement's snapshots led to, where those of another led to more. */
  show(count: number): void {
    this.#shown = Math.min(count, this.texts.length);
  }

  text(index: number): string {
    return this.texts[index]!;
  }

  /** The text's index, a new one if it was not met before. */
  intern(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      this.#budget?.take(entryBytes(text));
      code = this.texts.length;
      this.texts.push(text);
      this.#codes.set(text, code);
    }
    return code;
  }

  /** The text's index, or -1; no text has that of `null`. */
  find(text: string | null): number {
    return text === null ? -1 : this.#codes.get(text) ?? -1;
  }
}
