import { INTEGER, REAL, TEXT } from "../../../sql/mod.ts";
import type { ExactValue } from "../../../types/mod.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import type { Emitter } from "./emitter.ts";
import { type Fragment, NULL_FRAGMENT, type Rep } from "./fragment.ts";

/** A constant of the statement, bound from outside: other parameters make no other function. */
export function literal(e: Emitter, value: ExactValue): Fragment {
  if (value === null) return NULL_FRAGMENT;
  switch (typeof value) {
    case "bigint": {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) return { rep: "boxed", code: e.bind("k", value), isNull: null };
      return { rep: "int", code: e.bind("k", number), isNull: null, range: { least: number, most: number } };
    }
    case "number":
      return { rep: "real", code: e.bind("k", value), isNull: null, range: finite(value, value) };
    case "string":
      return { rep: "string", code: e.bind("k", value), isNull: null, constant: value };
    default:
      return { rep: "boxed", code: e.bind("k", value), isNull: null };
  }
}

/** A range of doubles, `null` when a bound is not finite: then computing with them may give NaN. */
export function finite(least: number, most: number): ValueRange | null {
  return Number.isFinite(least) && Number.isFinite(most) ? { least, most } : null;
}

export function isNumericRep(rep: Rep): boolean {
  return rep === "int" || rep === "real" || rep === "number";
}

/** The fragment as an ExactValue. */
export function boxed(e: Emitter, fragment: Fragment): string {
  const { code, isNull } = fragment;
  if (fragment.rep === "boxed") return code;
  if (fragment.rep === "null") return "null";
  const value = boxedValue(e, fragment);
  return isNull === null ? value : `(${isNull} ? null : ${value})`;
}

function boxedValue(e: Emitter, fragment: Fragment): string {
  const { code } = fragment;
  switch (fragment.rep) {
    case "int":
      return `BigInt(${code})`;
    case "number":
      return `(${fragment.integer} ? BigInt(${code}) : ${code})`;
    case "text":
      return textOf(e, fragment);
    default:
      return code;
  }
}

/** The text of a `text` or `string` fragment. Not to be evaluated where it is NULL unless the heap has texts. */
export function textOf(e: Emitter, fragment: Fragment): string {
  if (fragment.rep === "string") return fragment.code;
  if (fragment.rep !== "text") throw new TypeError(`${fragment.rep} is no text`);
  const read = e.memo(`text(${fragment.heap.variable},${fragment.code})`, () => {
    const name = e.fresh("s");
    const value = `${fragment.heap.variable}.text(${fragment.code})`;
    e.line(`const ${name} = ${fragment.isNull === null ? value : `${fragment.isNull} ? "" : ${value}`};`);
    return { rep: "string", code: name, isNull: fragment.isNull };
  });
  return read.code;
}

/** A numeric fragment as REAL. */
export function toReal(fragment: Fragment): Fragment {
  if (!isNumericRep(fragment.rep)) throw new TypeError(`${fragment.rep} is no number`);
  const range = "range" in fragment ? fragment.range : null;
  return { rep: "real", code: fragment.code, isNull: fragment.isNull, range };
}

/** Emits a boxed value and gives it the best representation its static type allows. */
export function unboxed(e: Emitter, value: string, classes: number, range: ValueRange | null = null): Fragment {
  const name = e.fresh("b");
  e.line(`const ${name} = ${value};`);
  const isNull = `${name} === null`;
  if (classes === TEXT) {
    const text = e.fresh("s");
    e.line(`const ${text} = ${name} === null ? "" : ${name};`);
    return { rep: "string", code: text, isNull };
  }
  if (classes === REAL) {
    const real = e.fresh("r");
    e.line(`const ${real} = ${name} === null ? 0 : ${name};`);
    return { rep: "real", code: real, isNull, range: null };
  }
  if (classes === INTEGER && range !== null) {
    const int = e.fresh("i");
    e.line(`const ${int} = ${name} === null ? 0 : Number(${name});`);
    return { rep: "int", code: int, isNull, range };
  }
  return { rep: "boxed", code: name, isNull };
}

/** Whether a value of a numeric fragment is INTEGER, as a JavaScript expression. */
export function integerTest(fragment: Fragment): string {
  return fragment.rep === "int" ? "true" : fragment.rep === "number" ? fragment.integer : "false";
}

/** The representation that holds the values of all of the given ones. */
export function commonRep(fragments: readonly Fragment[]): Rep {
  const reps = new Set(fragments.map((fragment) => fragment.rep));
  reps.delete("null");
  if (reps.size === 0) return "null";
  if (reps.size === 1) {
    const [only] = reps;
    if (only !== "text") return only!;
    const heaps = new Set(fragments.map((fragment) => fragment.rep === "text" ? fragment.heap.variable : null));
    heaps.delete(null);
    return heaps.size === 1 ? "text" : "string";
  }
  const all = [...reps];
  if (all.every(isNumericRep)) return "number";
  return all.every((rep) => rep === "text" || rep === "string") ? "string" : "boxed";
}
