import type { Emitter } from "./emitter.ts";
import { emitHash, type KeyCode } from "./key_codes.ts";
import type { MemoryBudget } from "./memory_budget.ts";

/** Key combinations up to which groups are found by direct address, whatever the number of rows. */
const DIRECT_SMALL = 1 << 16;

/** Key combinations beyond which they never are. */
const DIRECT_MAX = 1 << 26;

/** Finds the group of a row: by an array over all possible keys where there are few enough, else by an open-addressing hash table. */
export class GroupIndex {
  /** Group number + 1 by address or hash; 0 is free. */
  table: Int32Array;
  mask = 0;
  readonly #direct: boolean;
  readonly #budget: MemoryBudget;

  private constructor(size: number, direct: boolean, budget: MemoryBudget) {
    budget.take(size * 4);
    this.table = new Int32Array(size);
    this.mask = direct ? 0 : size - 1;
    this.#direct = direct;
    this.#budget = budget;
  }

  static for(codes: readonly KeyCode[], expectedRows: number, budget: MemoryBudget): GroupIndex {
    const size = combinations(codes);
    if (size <= DIRECT_SMALL || (size <= DIRECT_MAX && size <= 4 * expectedRows)) {
      return new GroupIndex(size, true, budget);
    }
    return new GroupIndex(1 << 12, false, budget);
  }

  /** Whether codes fit the array this index was made for. */
  get direct(): boolean {
    return this.#direct;
  }

  /**
   * Emits finding the group of the given codes, and `create` where it is new; gives the variable holding its number. `same` is a test
   * that group `g` has these codes, `hashes` an array of state that keeps each group's hash.
   */
  emitFind(
    e: Emitter,
    codes: readonly KeyCode[],
    parts: { same(group: string): string; create(group: string): void; hashes: string | null; count: string },
  ): string {
    const group = e.fresh("g");
    const index = e.bind("index", this);
    const [table, mask] = [e.fresh("table"), e.fresh("mask")];
    e.prologue.push(`let ${table} = ${index}.table, ${mask} = ${index}.mask;`);
    if (this.#direct) {
      const at = e.fresh("at");
      e.line(`const ${at} = ${address(codes, e)};`);
      e.line(`let ${group} = ${table}[${at}] - 1;`);
      e.block(`if (${group} < 0)`, () => {
        parts.create(group);
        e.line(`${table}[${at}] = ${group} + 1;`);
      });
      return group;
    }
    const hash = emitHash(e, codes);
    const [slot, entry] = [e.fresh("slot"), e.fresh("entry")];
    e.line(`let ${slot} = ${hash} & ${mask}, ${entry} = ${table}[${slot}];`);
    e.line(
      `while (${entry} !== 0 && !(${
        parts.same(`(${entry} - 1)`)
      })) { ${slot} = (${slot} + 1) & ${mask}; ${entry} = ${table}[${slot}]; }`,
    );
    e.line(`let ${group} = ${entry} - 1;`);
    e.block(`if (${group} < 0)`, () => {
      parts.create(group);
      e.line(`${table}[${slot}] = ${group} + 1; ${parts.hashes}[${group}] = ${hash};`);
      const grow =
        `${index}.grow(${parts.hashes}, ${parts.count}); ${table} = ${index}.table; ${mask} = ${index}.mask;`;
      e.line(`if (${parts.count} * 2 > ${mask}) { ${grow} }`);
    });
    return group;
  }

  /** Doubles the hash table twice. Called by generated code. */
  grow(hashes: Int32Array, count: number): void {
    const size = this.table.length * 4;
    this.#budget.take(size * 4);
    this.table = new Int32Array(size);
    this.mask = size - 1;
    for (let group = 0; group < count; group++) {
      let slot = hashes[group]! & this.mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & this.mask;
      this.table[slot] = group + 1;
    }
  }
}

function sizeOf({ range, isNull }: KeyCode): number {
  return range === null ? Infinity : range.most - range.least + 1 + (isNull === null ? 0 : 1);
}

function combinations(codes: readonly KeyCode[]): number {
  return codes.reduce((size, code) => size * sizeOf(code), 1);
}

function address(codes: readonly KeyCode[], e: Emitter): string {
  const parts: string[] = [];
  let stride = 1;
  for (const code of codes) {
    const { range, isNull } = code;
    const least = e.bind("least", range!.least);
    const plain = `(${code.code} - ${least})`;
    const part = isNull === null ? plain : `(${isNull} ? ${e.bind("nullAt", sizeOf(code) - 1)} : ${plain})`;
    parts.push(stride === 1 ? part : `${part} * ${e.bind("stride", stride)}`);
    stride *= sizeOf(code);
  }
  return parts.join(" + ") || "0";
}
