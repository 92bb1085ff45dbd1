import { Prose } from "../tpch/prose.ts";
import { Random } from "../tpch/random.ts";

/** Texts one behind the other: the `i`th is `bytes[offsets[i] … offsets[i + 1])`, in ASCII. */
export interface Texts {
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A text column that repeats few texts. */
export interface Coded {
  readonly codes: Uint16Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

/** Columns as a hand-written loop would have them. Row `i` of `big` has id `i`. */
export interface KernelData {
  readonly rows: number;
  readonly big: {
    /** 0 … 999. */
    readonly i: Int32Array<ArrayBuffer>;
    /** An id of `few`, or one of as many that it does not have. */
    readonly direct: Int32Array<ArrayBuffer>;
    /** The same as `few.sparse`. */
    readonly sparse: Int32Array<ArrayBuffer>;
    /** One of a quarter as many numbers as there are rows, far apart. */
    readonly many: Int32Array<ArrayBuffer>;
    /** 0 … 1, all different. */
    readonly r: Float64Array<ArrayBuffer>;
    /** 0.00 … 0.10. */
    readonly q: Float64Array<ArrayBuffer>;
    readonly word: Coded;
    readonly sent: Coded;
    readonly due: Coded;
    /** Hardly any two alike. */
    readonly note: Texts;
  };
  /** A tenth as many rows. */
  readonly few: {
    readonly id: Int32Array<ArrayBuffer>;
    /** Far apart, so that no array can be indexed by it. */
    readonly sparse: Int32Array<ArrayBuffer>;
    readonly v: Float64Array<ArrayBuffer>;
  };
}

/** Between two sparse keys; prime. */
const APART = 1_009;

const WORDS = ["apple", "banana", "cherry", "date", "elder", "fig", "grape", "hazel", "iris", "juniper"];

function days(): string[] {
  return Array.from({ length: 2_400 }, (_, day) => new Date(Date.UTC(1992, 0, 1 + day)).toISOString().slice(0, 10));
}

function notes(rows: number, random: Random): Texts {
  const prose = new Prose(1);
  const offsets = new Int32Array(rows + 1);
  const bytes = new Uint8Array(rows * 43);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const text = prose.piece(random, 10, 43);
    for (let at = 0; at < text.length; at++) bytes[end++] = text.charCodeAt(at);
    offsets[row + 1] = end;
  }
  return { offsets, bytes: bytes.slice(0, end) };
}

/** The same for the same number of rows. */
export function makeKernelData(rows: number): KernelData {
  const random = new Random(7);
  const few = Math.ceil(rows / 10);
  const groups = Math.ceil(rows / 4);
  const integers = (pick: () => number) => Int32Array.from({ length: rows }, pick);
  const coded = (texts: readonly string[]): Coded => ({
    codes: Uint16Array.from({ length: rows }, () => random.below(texts.length)),
    texts,
  });
  const direct = integers(() => random.below(2 * few));
  return {
    rows,
    big: {
      i: integers(() => random.below(1_000)),
      direct,
      sparse: direct.map((key) => key * APART),
      many: integers(() => random.below(groups) * APART),
      r: Float64Array.from({ length: rows }, () => (random.below(2 ** 26) + random.below(2 ** 26) / 2 ** 26) / 2 ** 26),
      q: Float64Array.from({ length: rows }, () => random.below(11) / 100),
      word: coded(WORDS),
      sent: coded(days()),
      due: coded(days()),
      note: notes(rows, random),
    },
    few: {
      id: Int32Array.from({ length: few }, (_, key) => key),
      sparse: Int32Array.from({ length: few }, (_, key) => key * APART),
      v: Float64Array.from({ length: few }, () => random.below(10_000) / 100),
    },
  };
}
