import type { ExactValue } from "../../../types/mod.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { boxed, isNumericRep, textOf } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment, TextHeap } from "./fragment.ts";
import type { MemoryBudget } from "./memory_budget.ts";
import { StringsHeap } from "./text_heaps.ts";
import { utf8Arguments, utf8Operand } from "./utf8_operand.ts";
import { Utf8Texts } from "./utf8_texts.ts";
import { ValueKeys } from "./value_keys.ts";

/**
 * Keys of groups and joins as numbers: equal codes exactly where SQLite finds the values equal. Numbers stand for themselves, texts
 * for their index in a heap of distinct texts, everything else for a number of its own.
 */
export type KeyForm =
  | { readonly kind: "number" }
  | { readonly kind: "text"; readonly heap: TextHeap }
  | { readonly kind: "interned"; readonly texts: StringsHeap; readonly of: "text" }
  | { readonly kind: "interned"; readonly values: ValueKeys; readonly of: "value" }
  | { readonly kind: "interned"; readonly texts: Utf8Texts; readonly of: "utf8" };

/** A key's code in generated code: a number, 0 where the key is NULL. */
export interface KeyCode {
  readonly code: string;
  readonly isNull: string | null;
  /** Bounds where the code is an integer; `null` otherwise or unknown. */
  readonly range: ValueRange | null;
  /** Whether the code is always an integer within 32 bits. */
  readonly small: boolean;
}

/** The form the codes of a fragment take. */
export function keyForm(fragment: Fragment, budget: MemoryBudget): KeyForm {
  if (isNumericRep(fragment.rep)) return { kind: "number" };
  if (fragment.rep === "text" && fragment.heap.heap.unique) return { kind: "text", heap: fragment.heap.heap };
  if (fragment.rep === "text" && fragment.heap.heap.utf8 !== null) {
    return { kind: "interned", texts: new Utf8Texts(budget), of: "utf8" };
  }
  if (fragment.rep === "text" || fragment.rep === "string") {
    return { kind: "interned", texts: new StringsHeap(budget), of: "text" };
  }
  return { kind: "interned", values: new ValueKeys(budget), of: "value" };
}

/**
 * Emits the code of a value that defines keys: a group's, or of the side of a join that is held. New keys get new codes, each thread's
 * its own: the function is not divided then, unless the codes are given `anew` once the threads' keys are brought together.
 */
export function definingCode(e: Emitter, fragment: Fragment, form: KeyForm, anew = false): KeyCode {
  switch (form.kind) {
    case "number":
      return numberCode(e, fragment);
    case "text":
      return normalised(e, fragment.code, fragment.isNull, { least: 0, most: Math.max(form.heap.count - 1, 0) }, true);
    case "interned": {
      if (!anew) e.refuseSharing();
      if (form.of === "value") {
        return normalised(
          e,
          `${e.bind("values", form.values)}.intern(${boxed(e, fragment)})`,
          fragment.isNull,
          null,
          true,
        );
      }
      const texts = e.bind("texts", form.texts);
      const operand = form.of === "utf8" ? utf8Operand(e, fragment) : null;
      const intern = operand !== null
        ? `intern(${utf8Arguments(operand)})`
        : `${form.of === "utf8" ? "internText" : "intern"}(${textOf(e, fragment)})`;
      return normalised(e, `${texts}.${intern}`, fragment.isNull, null, true);
    }
  }
}

function numberCode(e: Emitter, fragment: Fragment): KeyCode {
  const range = fragment.rep === "int" ? fragment.range : null;
  const small = range !== null && range.least >= -(2 ** 31) && range.most < 2 ** 31;
  return normalised(e, fragment.code, fragment.isNull, range, small);
}

function normalised(
  e: Emitter,
  code: string,
  isNull: string | null,
  range: ValueRange | null,
  small: boolean,
): KeyCode {
  const name = e.fresh("key");
  e.line(`const ${name} = ${isNull === null ? "" : `${isNull} ? 0 : `}${code};`);
  return { code: name, isNull, range, small };
}

/** The code of a key that is always NULL. */
export const NULL_CODE: KeyCode = { code: "0", isNull: "true", range: { least: 0, most: 0 }, small: true };

/** A key that may be NULL as two that never are, NULL being equal to NULL: `a IS b` holds exactly where both are equal. */
export function nullSafeCodes(e: Emitter, code: KeyCode): KeyCode[] {
  const flag = e.fresh("key");
  e.line(`const ${flag} = ${code.isNull === null ? "0" : `${code.isNull} ? 1 : 0`};`);
  return [{ ...code, isNull: null }, { code: flag, isNull: null, range: { least: 0, most: 1 }, small: true }];
}

/** Emits the code of a value looked for among keys of a form; a code no key has (-1 or NaN) where it cannot be one. */
export function seekingCode(e: Emitter, fragment: Fragment, form: KeyForm): KeyCode {
  const isText = fragment.rep === "text" || fragment.rep === "string";
  switch (form.kind) {
    case "number":
      if (isNumericRep(fragment.rep)) return numberCode(e, fragment);
      if (isText) return normalised(e, "NaN", fragment.isNull, null, false);
      return normalised(e, `${e.bind("numberKey", numberKey)}(${boxed(e, fragment)})`, fragment.isNull, null, false);
    case "text":
      if (fragment.rep === "text" && fragment.heap.heap === form.heap) {
        return normalised(
          e,
          fragment.code,
          fragment.isNull,
          { least: 0, most: Math.max(form.heap.count - 1, 0) },
          true,
        );
      }
      return seekText(e, fragment, indexOf(form.heap));
    case "interned":
      if (form.of !== "value") return seekText(e, fragment, form.texts);
      return normalised(
        e,
        `${e.bind("values", form.values)}.find(${boxed(e, fragment)})`,
        fragment.isNull,
        null,
        true,
      );
  }
}

function seekText(e: Emitter, fragment: Fragment, texts: StringsHeap | Utf8Texts): KeyCode {
  const find = (text: string) => texts instanceof Utf8Texts ? texts.findText(text) : texts.find(text);
  if (
    fragment.rep === "text" && fragment.heap.heap.unique && fragment.heap.heap.count <= Math.max(e.expectedRows, 4096)
  ) {
    const from = fragment.heap.heap;
    const translation = new Int32Array(Math.max(from.count, 1));
    for (let code = 0; code < from.count; code++) translation[code] = find(from.text(code));
    return normalised(e, `${e.bindArray("translation", translation)}[${fragment.code}]`, fragment.isNull, null, true);
  }
  const name = e.bind("texts", texts);
  const operand = texts instanceof Utf8Texts ? utf8Operand(e, fragment) : null;
  if (operand !== null) return normalised(e, `${name}.find(${utf8Arguments(operand)})`, fragment.isNull, null, true);
  const text = fragment.rep === "text" || fragment.rep === "string"
    ? textOf(e, fragment)
    : `${e.bind("onlyText", onlyText)}(${boxed(e, fragment)})`;
  const method = texts instanceof Utf8Texts ? "findText" : "find";
  return normalised(e, `${name}.${method}(${text})`, fragment.isNull, null, true);
}

const indexes = new WeakMap<TextHeap, Utf8Texts>();

/** Finds texts of a heap without equal ones: their codes are the heap's indexes. */
function indexOf(heap: TextHeap): StringsHeap | Utf8Texts {
  if (heap instanceof StringsHeap) return heap;
  let index = indexes.get(heap);
  if (index === undefined) indexes.set(heap, index = new Utf8Texts(null));
  const { utf8 } = heap;
  for (let code = index.count; code < heap.count; code++) {
    if (utf8 === null) index.internText(heap.text(code));
    else index.intern(utf8.bytes, utf8.offsets[code]!, utf8.offsets[code + 1]!);
  }
  return index;
}

function onlyText(value: ExactValue): string | null {
  return typeof value === "string" ? value : null;
}

/** The number equal to a value, NaN where there is none. */
function numberKey(value: ExactValue): number {
  if (typeof value === "number") return value;
  if (typeof value !== "bigint") return NaN;
  const number = Number(value);
  return BigInt(number) === value ? number : NaN;
}

/** Emits a 32-bit hash of codes. */
export function emitHash(e: Emitter, codes: readonly KeyCode[]): string {
  const name = e.fresh("hash");
  const parts = codes.map(({ code, small }) => small ? code : `${e.bind("hashNumber", hashNumber)}(${code})`);
  const raw = e.fresh("hash");
  e.line(`let ${raw} = ${chain(parts)};`);
  e.line(
    `${raw} = Math.imul(${raw} ^ (${raw} >>> 15), 0x2c1b3c6d); ${raw} = Math.imul(${raw} ^ (${raw} >>> 12), 0x297a2d39);`,
  );
  e.line(`const ${name} = ${raw} ^ (${raw} >>> 15);`);
  return name;
}

function chain(parts: readonly string[]): string {
  return parts.reduce((hash, part) => `(Math.imul(${hash}, 0x9e3779b1) + ${part} | 0)`);
}

const doubles = new Float64Array(1);
const words = new Int32Array(doubles.buffer);

/** Hashes a double; 0 and -0 alike. */
export function hashNumber(value: number): number {
  const int = value | 0;
  if (int === value) return int;
  doubles[0] = value;
  return Math.imul(words[0]!, 0x85ebca6b) ^ words[1]!;
}
