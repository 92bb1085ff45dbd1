/** Numbers by which rows are sorted: one word of at most 32 bits per row. */
export interface SortWord {
  readonly values: Uint32Array;
  /** No value has more bits. */
  readonly bits: number;
}

const DIGIT_BITS = 11;
const DIGIT_MASK = (1 << DIGIT_BITS) - 1;

/** Words joined into fewer where their bits leave room: each word costs passes over all rows. The arrays given may be overwritten. */
export function packWords(words: readonly SortWord[]): SortWord[] {
  const packed: SortWord[] = [];
  for (const word of words) {
    const before = packed.at(-1);
    if (before === undefined || before.bits + word.bits > 32 || word.bits === 32) {
      packed.push(word);
      continue;
    }
    const { values } = before;
    for (let row = 0; row < values.length; row++) {
      values[row] = (values[row]! << word.bits) | word.values[row]!;
    }
    packed[packed.length - 1] = { values, bits: before.bits + word.bits };
  }
  return packed;
}

/** The rows `0 … count - 1`. */
export function rowsUpTo(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

/**
 * Rows in ascending order of their words, the first word counting most; rows with equal words stay in order. A radix sort from the least
 * digit up: its time is proportional to the rows, whatever their order.
 *
 * @param rows Indexes into the words; overwritten, and perhaps what is given back.
 * @param tick Called now and then; may throw to end the work.
 */
export function radixOrder(words: readonly SortWord[], rows: Int32Array, tick: () => void): Int32Array {
  if (isSorted(words, rows)) return rows;
  const count = rows.length;
  const work: Work = {
    rows,
    otherRows: new Int32Array(count),
    keys: new Uint32Array(count),
    otherKeys: new Uint32Array(count),
  };
  for (const word of words.toReversed()) sortByWord(word, count, work, tick);
  return work.rows;
}

/** Bytes {@linkcode radixOrder} holds per row, the rows given included. */
export const RADIX_ROW_BYTES = 16;

interface Work {
  rows: Int32Array;
  otherRows: Int32Array;
  keys: Uint32Array;
  otherKeys: Uint32Array;
}

function isSorted(words: readonly SortWord[], rows: Int32Array): boolean {
  for (let place = 1; place < rows.length; place++) {
    const [before, row] = [rows[place - 1]!, rows[place]!];
    for (const { values } of words) {
      if (values[before]! < values[row]!) break;
      if (values[before]! > values[row]!) return false;
    }
  }
  return true;
}

function sortByWord({ values, bits }: SortWord, count: number, work: Work, tick: () => void): void {
  const passes = digitsOf(values, bits, work.rows);
  if (passes.length === 0) return;
  tick();
  gather(values, work.rows, work.keys, count);
  for (const [at, { shift, starts }] of passes.entries()) {
    tick();
    const { rows, otherRows, keys, otherKeys } = work;
    if (at === passes.length - 1) scatterRows(keys, rows, otherRows, starts, shift, count);
    else {
      scatter(keys, rows, otherKeys, otherRows, starts, shift, count);
      work.keys = otherKeys;
      work.otherKeys = keys;
    }
    work.rows = otherRows;
    work.otherRows = rows;
  }
}

interface Pass {
  readonly shift: number;
  /** Where rows with each digit begin. */
  readonly starts: Int32Array;
}

/** The digits in which values differ. */
function digitsOf(values: Uint32Array, bits: number, rows: Int32Array): Pass[] {
  const passes: Pass[] = [];
  for (let shift = 0; shift < bits; shift += DIGIT_BITS) {
    const starts = new Int32Array(1 << DIGIT_BITS);
    countDigits(values, shift, starts, rows);
    if (starts[(values[rows[0]!]! >>> shift) & DIGIT_MASK] === rows.length) continue;
    let next = 0;
    for (let digit = 0; digit < starts.length; digit++) {
      const size = starts[digit]!;
      starts[digit] = next;
      next += size;
    }
    passes.push({ shift, starts });
  }
  return passes;
}

function countDigits(values: Uint32Array, shift: number, counts: Int32Array, rows: Int32Array): void {
  // Of all rows, the order does not matter.
  const all = rows.length === values.length;
  for (let place = 0; place < rows.length; place++) {
    const digit = (values[all ? place : rows[place]!]! >>> shift) & DIGIT_MASK;
    counts[digit] = counts[digit]! + 1;
  }
}

function gather(values: Uint32Array, rows: Int32Array, keys: Uint32Array, count: number): void {
  for (let at = 0; at < count; at++) keys[at] = values[rows[at]!]!;
}

function scatter(
  keys: Uint32Array,
  rows: Int32Array,
  toKeys: Uint32Array,
  toRows: Int32Array,
  starts: Int32Array,
  shift: number,
  count: number,
): void {
  for (let at = 0; at < count; at++) {
    const key = keys[at]!;
    const digit = (key >>> shift) & DIGIT_MASK;
    const to = starts[digit]!;
    starts[digit] = to + 1;
    toKeys[to] = key;
    toRows[to] = rows[at]!;
  }
}

/** After the last digit keys are not needed any more. */
function scatterRows(
  keys: Uint32Array,
  rows: Int32Array,
  toRows: Int32Array,
  starts: Int32Array,
  shift: number,
  count: number,
): void {
  for (let at = 0; at < count; at++) {
    const digit = (keys[at]! >>> shift) & DIGIT_MASK;
    const to = starts[digit]!;
    starts[digit] = to + 1;
    toRows[to] = rows[at]!;
  }
}
