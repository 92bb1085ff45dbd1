import { sharedArray } from "../storage/shared_memory.ts";
import type { Emitter } from "./emitter.ts";
import type { KeyCode } from "./key_codes.ts";
import type { StoredColumn } from "./relation.ts";
import type { ExecutionContext } from "./run.ts";

/** What making something for all threads of a team takes. */
export type TeamMemory = Pick<ExecutionContext, "budget" | "team" | "division">;

/** Integers between the least and the greatest key up to which they get a bit each. */
const SPAN_MAX = 2 ** 28;

/** Which integers of a span are among the keys of a join's held side. */
export class KeyBitmap {
  readonly least: number;
  readonly most: number;
  readonly #words: Int32Array;

  private constructor(least: number, most: number, words: Int32Array) {
    this.least = least;
    this.most = most;
    this.#words = words;
  }

  /** The bitmap of a column of codes; `null` where they are not integers near each other. */
  static of(codes: StoredColumn, bounds: KeyBounds | null, rowCount: number, memory: TeamMemory): KeyBitmap | null {
    if (bounds === null) return null;
    const { least, most } = bounds;
    if (most - least >= SPAN_MAX) return null;
    const { budget, team, division } = memory;
    const size = ((most - least) >>> 5) + 1;
    const divided = team.size > 1 && rowCount >= division.rows;
    if (!divided || team.index === 0) budget.take(size * 4);
    const words = divided
      ? team.exchange(team.index === 0 ? sharedArray(Int32Array, size) : null)[0]!
      : new Int32Array(size);
    const part = (thread: number) => Math.floor(size * thread / team.size);
    const [from, to] = divided ? [part(team.index), part(team.index + 1)] : [0, size];
    setBits(words, codes.data as Int32Array, rowCount, least, from, to);
    if (divided) team.exchange(null);
    return new KeyBitmap(least, most, words);
  }

  /** A JavaScript expression: whether a code is among the keys; may be true of a code that is no integer unless `exact`. */
  emitTest(e: Emitter, { code, small }: KeyCode, exact: boolean): string {
    const least = e.bind("least", this.least);
    const bits = e.bindArray("bits", this.#words);
    const within = `${code} >= ${least} && ${code} <= ${e.bind("most", this.most)}`;
    const whole = exact && !small ? ` && Number.isInteger(${code})` : "";
    return `(${within}${whole} && (${bits}[(${code} - ${least}) >>> 5] >>> ((${code} - ${least}) & 31) & 1) !== 0)`;
  }
}

/** The least and the greatest of integer keys. */
export interface KeyBounds {
  readonly least: number;
  readonly most: number;
}

/** The bounds of codes that are all integers, `null` when one is not. */
export function integerBounds({ data }: StoredColumn, rowCount: number): KeyBounds | null {
  if (rowCount === 0) return { least: 0, most: 0 };
  if (data === null || Array.isArray(data)) return null;
  let least = Infinity;
  let most = -Infinity;
  const whole = data instanceof Int32Array;
  for (let row = 0; row < rowCount; row++) {
    const value = data[row]!;
    if (!whole && !Number.isInteger(value)) return null;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** Sets the bits that lie in the words `from … to`. */
function setBits(
  words: Int32Array,
  codes: Int32Array,
  rowCount: number,
  least: number,
  from: number,
  to: number,
): void {
  for (let row = 0; row < rowCount; row++) {
    const bit = codes[row]! - least;
    const word = bit >>> 5;
    if (word >= from && word < to) words[word]! |= 1 << (bit & 31);
  }
}
