import type { Coded, KernelData, Texts } from "./data.ts";

/** An operator: a statement of which it is nearly all the work, and a loop by hand that finds the same numbers. */
export interface Kernel {
  readonly name: string;
  readonly sql: string | ((rows: number) => string);
  loop(data: KernelData): readonly number[];
}

/** Sums doubles as SQLite does (Kahan, Babuška and Neumaier), so that the loop does the same work. */
class Sum {
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) > Math.abs(value) ? (this.#sum - sum) + value : (value - sum) + this.#sum;
    this.#sum = sum;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}

/** Key to row + 1 by open addressing, 0 where there is none. */
class HashTable {
  readonly #mask: number;
  readonly #slots: Int32Array;
  readonly #keys: Int32Array;
  count = 0;

  constructor(keysMax: number) {
    const size = 1 << Math.ceil(Math.log2(keysMax * 2 + 1));
    this.#mask = size - 1;
    this.#slots = new Int32Array(size);
    this.#keys = new Int32Array(keysMax);
  }

  /** The number of the key, a new one if it was not met before. */
  number(key: number): number {
    let slot = this.#slot(key);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#keys[entry - 1] === key) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    this.#keys[this.count] = key;
    this.#slots[slot] = ++this.count;
    return this.count - 1;
  }

  /** The number of the key, or -1. */
  find(key: number): number {
    let slot = this.#slot(key);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#keys[entry - 1] === key) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #slot(key: number): number {
    const hash = Math.imul(key ^ (key >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) & this.#mask;
  }
}

function tableOf(keys: Int32Array): HashTable {
  const table = new HashTable(keys.length);
  for (let row = 0; row < keys.length; row++) table.number(keys[row]!);
  return table;
}

/** Which texts satisfy a test. */
function marked({ texts }: Coded, test: (text: string) => boolean): Uint8Array {
  return Uint8Array.from(texts, (text) => test(text) ? 1 : 0);
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Where a needle begins in a text at or after `from`, or -1. */
function indexOf({ bytes }: Texts, from: number, end: number, needle: Uint8Array): number {
  const first = needle[0]!;
  for (let at = from; at <= end - needle.length; at++) {
    if (bytes[at] !== first) continue;
    let matched = 1;
    while (matched < needle.length && bytes[at + matched] === needle[matched]) matched++;
    if (matched === needle.length) return at;
  }
  return -1;
}

const FILTERS: readonly Kernel[] = [
  {
    name: "filter",
    sql: "select count(*) from big where r < 0.3 and i >= 100",
    loop: ({ rows, big: { r, i } }) => {
      let found = 0;
      for (let row = 0; row < rows; row++) if (r[row]! < 0.3 && i[row]! >= 100) found++;
      return [found];
    },
  },
  {
    name: "text in dictionary = constant",
    sql: "select count(*) from big where word = 'fig'",
    loop: ({ rows, big: { word } }) => {
      const { codes } = word;
      const code = word.texts.indexOf("fig");
      let found = 0;
      for (let row = 0; row < rows; row++) if (codes[row] === code) found++;
      return [found];
    },
  },
  {
    name: "text in UTF-8 = constant",
    sql: "select count(*) from big where note = 'furiously'",
    loop: ({ rows, big: { note } }) => {
      const { offsets } = note;
      const needle = bytesOf("furiously");
      let found = 0;
      for (let row = 0; row < rows; row++) {
        const [from, end] = [offsets[row]!, offsets[row + 1]!];
        if (end - from === needle.length && indexOf(note, from, end, needle) >= 0) found++;
      }
      return [found];
    },
  },
  {
    name: "text < text in two dictionaries",
    sql: "select count(*) from big where sent < due",
    // Their texts are in order, so that codes compare as texts do.
    loop: ({ rows, big: { sent, due } }) => {
      const [left, right] = [sent.codes, due.codes];
      let found = 0;
      for (let row = 0; row < rows; row++) if (left[row]! < right[row]!) found++;
      return [found];
    },
  },
  {
    name: "LIKE in dictionary",
    sql: "select count(*) from big where word like '%e%r%'",
    loop: ({ rows, big: { word } }) => {
      const { codes } = word;
      const marks = marked(word, (text) => /e.*r/.test(text));
      let found = 0;
      for (let row = 0; row < rows; row++) if (marks[codes[row]!] === 1) found++;
      return [found];
    },
  },
  {
    name: "LIKE in UTF-8",
    sql: "select count(*) from big where note like '%special%requests%'",
    loop: ({ rows, big: { note } }) => {
      const { offsets } = note;
      const [first, second] = [bytesOf("special"), bytesOf("requests")];
      let found = 0;
      for (let row = 0; row < rows; row++) {
        const end = offsets[row + 1]!;
        const at = indexOf(note, offsets[row]!, end, first);
        if (at >= 0 && indexOf(note, at + first.length, end, second) >= 0) found++;
      }
      return [found];
    },
  },
];

const AGGREGATES: readonly Kernel[] = [
  {
    name: "sum of integers",
    sql: "select sum(i) from big",
    loop: ({ rows, big: { i } }) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += i[row]!;
      return [sum];
    },
  },
  {
    name: "project, sum of reals",
    sql: "select sum(r * (1 - q)) from big",
    loop: ({ rows, big: { r, q } }) => {
      const sum = new Sum();
      for (let row = 0; row < rows; row++) sum.add(r[row]! * (1 - q[row]!));
      return [sum.value];
    },
  },
  {
    name: "CASE",
    sql: "select sum(case when i < 300 then r when i < 600 then q else 0.5 end) from big",
    loop: ({ rows, big: { i, r, q } }) => {
      const sum = new Sum();
      for (let row = 0; row < rows; row++) sum.add(i[row]! < 300 ? r[row]! : i[row]! < 600 ? q[row]! : 0.5);
      return [sum.value];
    },
  },
  {
    name: "aggregate, 10 groups",
    sql: "select count(*), sum(n), sum(s) from (select word, count(*) as n, sum(r) as s from big group by word)",
    loop: ({ rows, big: { word, r } }) => {
      const { codes } = word;
      const counts = new Int32Array(word.texts.length);
      const sums = word.texts.map(() => new Sum());
      for (let row = 0; row < rows; row++) {
        const code = codes[row]!;
        counts[code]!++;
        sums[code]!.add(r[row]!);
      }
      return [counts.length, counts.reduce((a, b) => a + b), sums.reduce((a, b) => a + b.value, 0)];
    },
  },
  {
    name: "aggregate, rows / 4 groups",
    sql: "select count(*), max(n), max(s) from (select many, count(*) as n, sum(i) as s from big group by many)",
    loop: ({ rows, big: { many, i } }) => {
      const groups = new HashTable(rows);
      const [counts, sums] = [new Int32Array(rows), new Float64Array(rows)];
      for (let row = 0; row < rows; row++) {
        const group = groups.number(many[row]!);
        counts[group]!++;
        sums[group]! += i[row]!;
      }
      const greatest = (values: Int32Array | Float64Array) => (values as Float64Array).reduce((a, b) => Math.max(a, b));
      return [groups.count, greatest(counts), greatest(sums)];
    },
  },
  {
    name: "count(distinct)",
    sql: "select count(distinct many) from big",
    loop: ({ rows, big: { many } }) => {
      const seen = new HashTable(rows);
      for (let row = 0; row < rows; row++) seen.number(many[row]!);
      return [seen.count];
    },
  },
];

const JOINS: readonly Kernel[] = [
  {
    name: "inner join by address",
    sql: "select sum(v) from big join few on few.id = big.direct",
    loop: ({ rows, big: { direct }, few: { v } }) => {
      const sum = new Sum();
      for (let row = 0; row < rows; row++) if (direct[row]! < v.length) sum.add(v[direct[row]!]!);
      return [sum.value];
    },
  },
  {
    name: "inner join by hash",
    sql: "select sum(v) from big join few on few.sparse = big.sparse",
    loop: ({ rows, big: { sparse }, few }) => {
      const table = tableOf(few.sparse);
      const sum = new Sum();
      for (let row = 0; row < rows; row++) {
        const found = table.find(sparse[row]!);
        if (found >= 0) sum.add(few.v[found]!);
      }
      return [sum.value];
    },
  },
  {
    name: "left join by hash",
    sql: "select count(*), count(v), sum(i) from big left join few on few.sparse = big.sparse",
    loop: ({ rows, big: { sparse, i }, few }) => {
      const table = tableOf(few.sparse);
      let [met, sum] = [0, 0];
      for (let row = 0; row < rows; row++) {
        if (table.find(sparse[row]!) >= 0) met++;
        sum += i[row]!;
      }
      return [rows, met, sum];
    },
  },
  ...["exists", "not exists"].map((test): Kernel => ({
    name: test === "exists" ? "semi join by hash" : "anti join by hash",
    sql: `select count(*) from big where ${test} (select 1 from few where few.sparse = big.sparse)`,
    loop: ({ rows, big: { sparse }, few }) => {
      const table = tableOf(few.sparse);
      let met = 0;
      for (let row = 0; row < rows; row++) if (table.find(sparse[row]!) >= 0) met++;
      return [test === "exists" ? met : rows - met];
    },
  })),
];

/** The ids of the rows with the ten greatest values, greatest first. */
function firstTen(values: Float64Array): number[] {
  const first: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (first.length === 10 && values[row]! <= values[first[9]!]!) continue;
    const at = first.findIndex((other) => values[row]! > values[other]!);
    first.splice(at < 0 ? first.length : at, 0, row);
    if (first.length > 10) first.pop();
  }
  return first;
}

const ORDERS: readonly Kernel[] = [
  {
    name: "top 10",
    sql: "select sum(id) from (select id from big order by r desc limit 10)",
    loop: ({ big: { r } }) => [firstTen(r).reduce((a, b) => a + b)],
  },
  {
    name: "sort",
    sql: (rows) => `select max(r) from (select r from big order by r limit 1 offset ${Math.floor(rows / 2)})`,
    loop: ({ rows, big: { r } }) => [r.slice().sort()[Math.floor(rows / 2)]!],
  },
  {
    name: "running sum",
    sql: "select max(s), count(*) from (select sum(i) over (order by id) as s from big)",
    loop: ({ rows, big: { i } }) => {
      const sums = new Float64Array(rows);
      let sum = 0;
      for (let row = 0; row < rows; row++) sums[row] = sum += i[row]!;
      return [sums.reduce((a, b) => Math.max(a, b)), rows];
    },
  },
];

export const KERNELS: readonly Kernel[] = [...FILTERS, ...AGGREGATES, ...JOINS, ...ORDERS];
