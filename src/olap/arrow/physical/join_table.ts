import { invariant } from "../../../errors/mod.ts";
import type { Emitter } from "./emitter.ts";
import { emitHash, hashNumber, type KeyCode } from "./key_codes.ts";
import { integerBounds, KeyBitmap, type TeamMemory } from "./key_bitmap.ts";
import { sharedArray } from "../storage/shared_memory.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import type { StoredColumn } from "./relation.ts";

/** Addresses up to which rows are found by direct address whatever their number. */
const DIRECT_SMALL = 1 << 16;
const DIRECT_MAX = 1 << 27;

/** Bitmaps that a key must pass before it is looked for by its hash, the sparsest first. */
const FILTERS_MAX = 2;

/** Rows of a join's held side by the codes of their keys. */
export class JoinTable {
  readonly #codes: readonly StoredColumn[];
  readonly #rowCount: number;
  /** Row + 1 by address or hash, 0 for none. */
  readonly #heads: Int32Array;
  /** The next row of the same address, or -1; `null` when no address has two. */
  readonly #next: Int32Array | null;
  readonly #direct: ValueRange | null;
  /** Bounds of the codes of a single key, where all are integers; `null` otherwise. */
  readonly bounds: ValueRange | null;

  /** Tests that a key must pass before it is looked for by its hash: many probes find nothing, and most of those end here. */
  readonly #filters: readonly { readonly key: number; readonly bitmap: KeyBitmap }[];

  constructor(codes: readonly StoredColumn[], rowCount: number, memory: TeamMemory) {
    const { budget, team, division } = memory;
    this.#codes = codes;
    this.#rowCount = rowCount;
    const bounds = codes.map((column) => integerBounds(column, rowCount));
    const spans = bounds.map((one) => one === null ? Infinity : one.most - one.least + 1);
    const direct = codes.length === 1 &&
      (spans[0]! <= DIRECT_SMALL || (spans[0]! <= DIRECT_MAX && spans[0]! <= 16 * rowCount));
    this.#direct = direct ? bounds[0]! : null;
    this.bounds = codes.length === 1 ? bounds[0]! : null;
    this.#filters = direct ? [] : spans.map((span, key) => ({ span, key }))
      .filter(({ span }) => span >= 2 * rowCount)
      .sort((a, b) => b.span - a.span)
      .flatMap(({ key }) => {
        const bitmap = KeyBitmap.of(codes[key]!, bounds[key]!, rowCount, memory);
        return bitmap === null ? [] : [{ key, bitmap }];
      })
      .slice(0, FILTERS_MAX);
    const size = direct ? spans[0]! : 1 << Math.max(4, Math.ceil(Math.log2(rowCount * 2 + 1)));
    const link = (heads: Int32Array, next: Int32Array, from: number, to: number) =>
      direct ? this.#linkDirect(heads, next, from, to) : this.#linkHashed(heads, next, from, to);
    if (team.size === 1 || rowCount < division.rows) {
      budget.take(size * 4 + rowCount * 4);
      this.#heads = new Int32Array(size);
      const next = new Int32Array(rowCount);
      this.#next = link(this.#heads, next, 0, size) ? next : null;
      return;
    }
    if (team.index === 0) budget.take(size * 4 + rowCount * 4);
    const [made] = team.exchange(
      team.index === 0 ? { heads: sharedArray(Int32Array, size), next: sharedArray(Int32Array, rowCount) } : null,
    );
    const { heads, next } = made!;
    const address = (thread: number) => Math.floor(size * thread / team.size);
    const chained = link(heads, next, address(team.index), address(team.index + 1));
    this.#heads = heads;
    this.#next = team.exchange(chained).includes(true) ? next : null;
  }

  /** Links the rows whose address is in `from … to`. Whether an address has two. */
  #linkDirect(heads: Int32Array, next: Int32Array, from: number, to: number): boolean {
    const codes = this.#codes[0]!.data as Int32Array;
    const { least } = this.#direct!;
    let chained = false;
    for (let row = 0; row < this.#rowCount; row++) {
      const address = codes[row]! - least;
      if (address < from || address >= to) continue;
      const before = heads[address]! - 1;
      if (before >= 0) chained = true;
      next[row] = before;
      heads[address] = row + 1;
    }
    return chained;
  }

  /** Links the rows whose hash is in `from … to`. Whether a hash has two. */
  #linkHashed(heads: Int32Array, next: Int32Array, from: number, to: number): boolean {
    const columns = this.#codes.map((column) => column.data as Float64Array);
    const mask = heads.length - 1;
    let chained = false;
    for (let row = 0; row < this.#rowCount; row++) {
      let hash = hashNumber(columns[0]![row]!);
      for (let at = 1; at < columns.length; at++) {
        hash = Math.imul(hash, 0x9e3779b1) + hashNumber(columns[at]![row]!) | 0;
      }
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
      hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
      const slot = (hash ^ (hash >>> 15)) & mask;
      if (slot < from || slot >= to) continue;
      const before = heads[slot]! - 1;
      if (before >= 0) chained = true;
      next[row] = before;
      heads[slot] = row + 1;
    }
    return chained;
  }

  /** Emits finding the rows with the given codes: how to begin, to go on, and what tells that a row really has them. */
  emitSeek(e: Emitter, codes: readonly KeyCode[]): Seek {
    const heads = e.bindArray("heads", this.#heads);
    const isNull = codes.map((code) => code.isNull).filter((test) => test !== null);
    const present = (found: string) => isNull.length === 0 ? found : `${isNull.join(" || ")} ? -1 : ${found}`;
    const next = this.#next === null ? null : (row: string) => `${e.bindArray("next", this.#next!)}[${row}]`;
    if (this.#direct !== null) {
      const [code] = codes;
      invariant(code !== undefined, "a direct table has one key");
      const { least, most } = this.#direct;
      const within = `${code.code} >= ${e.bind("least", least)} && ${code.code} <= ${e.bind("most", most)}`;
      return {
        first: present(`(${within} ? ${heads}[${code.code} - ${e.bind("least", least)}] - 1 : -1)`),
        next,
        same: null,
      };
    }
    const first = e.fresh("first");
    e.line(`let ${first} = -1;`);
    const passes = this.#filters.map(({ key, bitmap }) => bitmap.emitTest(e, codes[key]!, false));
    const tests = [...isNull.map((test) => `!(${test})`), ...passes];
    e.block(tests.length === 0 ? "" : `if (${tests.join(" && ")})`, () => {
      const hash = emitHash(e, codes);
      e.line(`${first} = ${heads}[${hash} & ${e.bind("mask", this.#heads.length - 1)}] - 1;`);
    });
    const same = (row: string) =>
      codes.map((code, at) => `${e.bindArray("key", this.#codes[at]!.data as Float64Array)}[${row}] === ${code.code}`)
        .join(" && ");
    return { first, next, same };
  }
}

/** How generated code walks over the rows a key may have. */
export interface Seek {
  /** The first candidate, or -1. */
  readonly first: string;
  /** The candidate after one, or -1; `null` when there is at most one. */
  readonly next: ((row: string) => string) | null;
  /** Whether a candidate has the keys; `null` when all have. */
  readonly same: ((row: string) => string) | null;
}
