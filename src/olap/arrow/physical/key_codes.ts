import type { ExactValue } from "../../../types/mod.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import { boxed, isNumericRep, textOf } from "./conversions.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment, TextHeap } from "./fragment.ts";
import { StringsHeap } from "./text_heaps.ts";

/**
 * Keys of groups and joins as numbers: equal codes exactly where SQLite finds the values equal. Numbers stand for themselves, texts
 * for their index in a heap of distinct texts, everything else for the index of a canonical text.
 */
export type KeyForm =
  | { readonly kind: "number" }
  | { readonly kind: "text"; readonly heap: TextHeap }
  | { readonly kind: "interned"; readonly texts: StringsHeap; readonly of: "text" | "value" };

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
export function keyForm(fragment: Fragment): KeyForm {
  if (isNumericRep(fragment.rep)) return { kind: "number" };
  if (fragment.rep === "text" && fragment.heap.heap.unique) return { kind: "text", heap: fragment.heap.heap };
  const of = fragment.rep === "text" || fragment.rep === "string" ? "text" : "value";
  return { kind: "interned", texts: new StringsHeap(), of };
}

/** Emits the code of a value that defines keys: a group's, or of the side of a join that is held. New keys get new codes. */
export function definingCode(e: Emitter, fragment: Fragment, form: KeyForm): KeyCode {
  switch (form.kind) {
    case "number":
      return numberCode(e, fragment);
    case "text":
      return normalised(e, fragment.code, fragment.isNull, { least: 0, most: Math.max(form.heap.count - 1, 0) }, true);
    case "interned": {
      const texts = e.bind("texts", form.texts);
      const text = form.of === "text" ? textOf(e, fragment) : `${e.bind("keyText", keyText)}(${boxed(e, fragment)})`;
      return normalised(e, `${texts}.intern(${text})`, fragment.isNull, null, true);
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
      if (form.of === "text") return seekText(e, fragment, form.texts);
      return normalised(
        e,
        `${e.bind("texts", form.texts)}.find(${e.bind("keyText", keyText)}(${boxed(e, fragment)}))`,
        fragment.isNull,
        null,
        true,
      );
  }
}

function seekText(e: Emitter, fragment: Fragment, texts: Findable): KeyCode {
  if (
    fragment.rep === "text" && fragment.heap.heap.unique && fragment.heap.heap.count <= Math.max(e.expectedRows, 4096)
  ) {
    const from = fragment.heap.heap;
    const translation = new Int32Array(Math.max(from.count, 1));
    for (let code = 0; code < from.count; code++) translation[code] = texts.find(from.text(code));
    return normalised(e, `${e.bindArray("translation", translation)}[${fragment.code}]`, fragment.isNull, null, true);
  }
  const text = fragment.rep === "text" || fragment.rep === "string"
    ? textOf(e, fragment)
    : `${e.bind("onlyText", onlyText)}(${boxed(e, fragment)})`;
  return normalised(e, `${e.bind("texts", texts)}.find(${text})`, fragment.isNull, null, true);
}

interface Findable {
  find(text: string | null): number;
}

const indexes = new WeakMap<TextHeap, { size: number; readonly codes: Map<string, number> }>();

/** Finds texts of a heap. */
function indexOf(heap: TextHeap): Findable {
  let index = indexes.get(heap);
  if (index === undefined) indexes.set(heap, index = { size: 0, codes: new Map() });
  for (; index.size < heap.count; index.size++) index.codes.set(heap.text(index.size), index.size);
  const { codes } = index;
  return { find: (text) => (text === null ? -1 : codes.get(text) ?? -1) };
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

/** A text that is equal exactly for values that compare as equal. */
export function keyText(value: ExactValue): string {
  if (value === null) return "";
  switch (typeof value) {
    case "bigint":
      return `n${value}`;
    case "number":
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? `n${BigInt(value)}` : `r${value}`;
    case "string":
      return `t${value}`;
    default:
      return `x${value.join()}`;
  }
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
