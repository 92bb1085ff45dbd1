import type { PlanAggregate } from "../plan/plan.ts";
import { hashBytes } from "../storage/hash_bytes.ts";
import type { Accumulator } from "./accumulator.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment } from "./fragment.ts";
import { GroupIndex } from "./group_index.ts";
import { definingCode, emitHash, type KeyCode, keyForm } from "./key_codes.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import type { RelationBuilder } from "./relation.ts";
import { utf8Arguments, utf8Operand } from "./utf8_operand.ts";

/** Groups as they are made: a row for each, its keys first, then the values of `any()`, and the states of its aggregates. */
export interface Groups {
  rows: RelationBuilder;
  readonly accumulators: Map<PlanAggregate, Accumulator>;
}

/** What a row says of its group. */
export interface GroupValues {
  readonly keys: readonly Fragment[];
  /** Further values kept of the group's first row. */
  readonly firsts: readonly Fragment[];
}

/** One of the parts by which threads divide groups among them. */
export interface Partition {
  readonly index: number;
  readonly count: number;
}

/** Where a group was emitted. */
export interface EmittedGroup {
  /** The variable holding the group's number. */
  readonly group: string;
  /** Has rows of groups of other parts passed over, `partitionable` given. */
  takeOnly(partition: Partition): void;
}

/**
 * Emits finding the row's group among those of `rows`, or making it.
 *
 * @param partitionable Whether each thread may be told to take only some of the groups: the emitter must be in a loop over rows.
 */
export function emitGroup(
  e: Emitter,
  { keys, firsts }: GroupValues,
  rows: RelationBuilder,
  budget: MemoryBudget,
  partitionable: boolean,
): EmittedGroup {
  // Before the codes are made: text that is another thread's shall not become a code here.
  const byText = partitionable ? partitionByText(e, keys) : null;
  const codes = keys.map((key) => key.rep === "null" ? null : definingCode(e, key, keyForm(key, budget), true));
  const takeOnly = byText ??
    (partitionable ? laterPartition(e, emitHash(e, codes.filter((code) => code !== null))) : () => {});
  const extras: Fragment[] = [];
  const columnOf = keys.map((key, at) => {
    const code = codes[at] ?? null;
    if (code === null || isOwnCode(key)) return at;
    extras.push({ rep: "int", code: code.code, isNull: code.isNull, range: null });
    return keys.length + firsts.length + extras.length - 1;
  });
  const stored = keys.map((key, at) => {
    const code = codes[at] ?? null;
    return code === null || columnOf[at] !== at ? key : { ...key, code: code.code } as Fragment;
  });
  const values = [...stored, ...firsts, ...extras];
  rows.prepare(e, values);
  const present = codes.flatMap((code, at) => code === null ? [] : [{ code, column: columnOf[at]! }]);
  const index = GroupIndex.for(present.map(({ code }) => code), e.expectedRows, budget);
  const hashes = index.direct ? null : rows.addState(e, "i32");
  const same = (row: string) =>
    present.map(({ code, column }) => sameKey(rows, column, code, row)).join(" && ") || "true";
  const group = index.emitFind(e, present.map(({ code }) => code), {
    same,
    hashes,
    count: rows.countName,
    create: (group) => {
      e.line(`${group} = ${rows.countName};`);
      rows.emitAppend(e, values);
    },
  });
  return { group, takeOnly };
}

/** Whether a key's value is its code. */
function isOwnCode(key: Fragment): boolean {
  return key.rep === "int" || key.rep === "real" || key.rep === "number" ||
    (key.rep === "text" && key.heap.heap.unique);
}

/** Whether threads can divide groups by such keys: all must see the same in a key, which codes given as texts come are not. */
export function isPartitionable(keys: readonly Fragment[]): boolean {
  const present = keys.filter(({ rep }) => rep !== "null");
  return present.length > 0 && (present.every(isOwnCode) || present.some(isBytesKey));
}

/** Whether a key is text that becomes a code by its bytes. */
function isBytesKey(key: Fragment): boolean {
  return key.rep === "text" && !isOwnCode(key) && key.heap.heap.utf8 !== null;
}

/** Emits room for a test of the first key that is plain text; `null` where there is none. */
function partitionByText(e: Emitter, keys: readonly Fragment[]): ((partition: Partition) => void) | null {
  const key = keys.find(isBytesKey);
  const operand = key === undefined ? null : utf8Operand(e, key);
  if (operand === null) return null;
  const hash = e.fresh("hash");
  const present = key!.isNull === null ? "" : `${key!.isNull} ? 0 : `;
  e.line(`const ${hash} = ${present}${e.bind("hashBytes", hashBytes)}(${utf8Arguments(operand)});`);
  return laterPartition(e, hash);
}

/** Emits room for a test whether the group is one of the thread's own. */
function laterPartition(e: Emitter, hash: string): (partition: Partition) => void {
  const line = e.later();
  return ({ index, count }) => {
    line.text = `if ((${hash} >>> 24) % ${count} !== ${index}) continue;`;
  };
}

function sameKey(rows: RelationBuilder, column: number, code: KeyCode, row: string): string {
  const equal = `${rows.dataName(column)}[${row}] === ${code.code}`;
  const nulls = rows.nullsName(column);
  return nulls === null ? equal : `${equal} && ${nulls}[${row}] === (${code.isNull ?? "false"} ? 1 : 0)`;
}
