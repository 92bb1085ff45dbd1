import type { PlanExpr } from "../plan/plan_expr.ts";
import { boxed, textOf } from "./conversions.ts";
import { Emitter, type ExpressionCompiler } from "./emitter.ts";
import { exprKey } from "../plan/expr_key.ts";
import { columnsReadBy } from "../plan/expr_walk.ts";
import { generate } from "./generate.ts";
import { type Fragment, NULL_FRAGMENT, type TextHeap } from "./fragment.ts";
import { StringsHeap } from "./text_heaps.ts";

/**
 * What depends on one dictionary-coded text alone is computed once per distinct text, not once per row: a table by code, kept with
 * the dictionary. Slot 0 stands for NULL, slot `code + 1` for a text.
 */
type Lookup =
  | { readonly kind: "condition"; size: number; holds: Uint8Array }
  | { readonly kind: "number"; size: number; values: Float64Array; nulls: Uint8Array; readonly rep: "int" | "real" }
  | { readonly kind: "text"; size: number; codes: Int32Array; nulls: Uint8Array; readonly heap: StringsHeap }
  | { readonly kind: "boxed"; size: number; values: unknown[] };

const caches = new WeakMap<TextHeap, Map<string, Lookup>>();

/** Distinct texts up to which a table always pays. */
const SMALL = 4096;

interface Subject {
  readonly compiler: ExpressionCompiler;
  readonly id: number;
  readonly column: Extract<Fragment, { readonly rep: "text" }>;
}

/** The dictionary-coded column an expression depends on, if it is the only one and a table by its codes pays. */
function subjectOf(e: Emitter, expr: PlanExpr): Subject | null {
  const columns = columnsReadBy(expr);
  if (columns.size !== 1) return null;
  const [id] = columns;
  const column = e.column(id!);
  if (column.rep !== "text" || !column.heap.heap.unique) return null;
  const { count } = column.heap.heap;
  return count <= SMALL || count <= e.expectedRows ? { compiler: e.compiler, id: id!, column } : null;
}

/** A condition by table; `null` where that does not apply. */
export function lookUpCondition(e: Emitter, expr: PlanExpr, wanted: boolean): string | null {
  const subject = subjectOf(e, expr);
  if (subject === null) return null;
  const { heap } = subject.column.heap;
  const lookup = cached(
    heap,
    `?${wanted}${subject.id}|${exprKey(expr)}`,
    () => ({ kind: "condition", size: 0, holds: new Uint8Array(0) }),
  );
  if (lookup.kind !== "condition") return null;
  if (lookup.size < heap.count + 1) {
    const holds = new Uint8Array(heap.count + 1);
    holds.set(lookup.holds);
    fill(lookup.size, subject, (inner) => inner.line(`holds[slot] = ${inner.condition(expr, wanted)} ? 1 : 0;`), {
      holds,
    });
    lookup.holds = holds;
    lookup.size = heap.count + 1;
  }
  return `(${e.bindArray("lut", lookup.holds)}[${slotOf(subject)}] === 1)`;
}

function slotOf({ column }: Subject): string {
  return column.isNull === null ? `${column.code} + 1` : `${column.isNull} ? 0 : ${column.code} + 1`;
}

function cached(heap: TextHeap, key: string, make: () => Lookup): Lookup {
  let cache = caches.get(heap);
  if (cache === undefined) caches.set(heap, cache = new Map());
  let lookup = cache.get(key);
  if (lookup === undefined) cache.set(key, lookup = make());
  return lookup;
}

/** Runs what `emit` writes for every slot from `size` on, the text being the column's value. */
function fill(
  size: number,
  { compiler, id, column }: Subject,
  emit: (inner: Emitter) => void,
  env: Record<string, unknown>,
): void {
  const { heap } = column.heap;
  const run = (value: Fragment, header: string, begin: number, end: number) => {
    const inner = new Emitter(compiler, 0);
    for (const [name, part] of Object.entries(env)) inner.bindAs(name, part);
    inner.bindAs("heap", heap);
    inner.define(id, () => value);
    inner.block(header, () => {
      if (value.rep === "string") inner.line("const text = heap.text(slot - 1);");
      emit(inner);
    });
    generate(inner)(begin, end);
  };
  const loop = "for (let slot = begin; slot < end; slot++)";
  if (size === 0) run(NULL_FRAGMENT, loop, 0, 1);
  run({ rep: "string", code: "text", isNull: null }, loop, Math.max(size, 1), heap.count + 1);
}

/** A value by table; `null` where that does not apply. */
export function lookUp(e: Emitter, expr: PlanExpr): Fragment | null {
  const subject = subjectOf(e, expr);
  if (subject === null) return null;
  const { heap } = subject.column.heap;
  const lookup = cached(heap, `=${subject.id}|${exprKey(expr)}`, () => emptyLookup(subject, expr));
  if (lookup.size < heap.count + 1) extend(lookup, subject, expr);
  return read(e, lookup, subject);
}

/** Finds out what the expression gives for a text. */
function emptyLookup({ compiler, id }: Subject, expr: PlanExpr): Lookup {
  const probe = new Emitter(compiler, 0);
  probe.define(id, () => ({ rep: "string", code: "text", isNull: null }));
  const { rep } = probe.compile(expr);
  switch (rep) {
    case "int":
    case "real":
      return { kind: "number", size: 0, values: new Float64Array(0), nulls: new Uint8Array(0), rep };
    case "string":
      return { kind: "text", size: 0, codes: new Int32Array(0), nulls: new Uint8Array(0), heap: new StringsHeap(null) };
    default:
      return { kind: "boxed", size: 0, values: [] };
  }
}

function extend(lookup: Lookup, subject: Subject, expr: PlanExpr): void {
  const size = subject.column.heap.heap.count + 1;
  switch (lookup.kind) {
    case "number":
    case "text": {
      const nulls = new Uint8Array(size);
      nulls.set(lookup.nulls);
      const data = lookup.kind === "number" ? new Float64Array(size) : new Int32Array(size);
      data.set(lookup.kind === "number" ? lookup.values : lookup.codes);
      const env = { data, nulls, ...(lookup.kind === "text" ? { out: lookup.heap } : {}) };
      fill(lookup.size, subject, (inner) => store(inner, expr, lookup), env);
      lookup.nulls = nulls;
      if (lookup.kind === "number") lookup.values = data as Float64Array;
      else lookup.codes = data as Int32Array;
      break;
    }
    case "boxed":
      fill(lookup.size, subject, (inner) => inner.line(`values[slot] = ${boxed(inner, inner.compile(expr))};`), {
        values: lookup.values,
      });
      break;
    case "condition":
      break;
  }
  lookup.size = size;
}

/** For a NULL input the expression may have another form than for texts. */
function store(inner: Emitter, expr: PlanExpr, lookup: Extract<Lookup, { kind: "number" | "text" }>): void {
  const value = inner.compile(expr);
  if (value.rep === "null") {
    inner.line("nulls[slot] = 1;");
    return;
  }
  if (value.isNull !== null) inner.line(`if (${value.isNull}) nulls[slot] = 1; else`);
  const code = lookup.kind === "number" ? value.code : `out.intern(${textOf(inner, value)})`;
  inner.line(`data[slot] = ${code};`);
}

function read(e: Emitter, lookup: Lookup, subject: Subject): Fragment {
  const slot = e.fresh("slot");
  e.line(`const ${slot} = ${slotOf(subject)};`);
  if (lookup.kind === "boxed") {
    const name = e.fresh("b");
    e.line(`const ${name} = ${e.bind("lut", lookup.values)}[${slot}];`);
    return { rep: "boxed", code: name, isNull: `${name} === null` };
  }
  if (lookup.kind === "condition") throw new TypeError("a condition's table gives no value");
  const size = subject.column.heap.heap.count + 1;
  const usedNulls = lookup.nulls.subarray(subject.column.isNull === null ? 1 : 0, size);
  const isNull = usedNulls.includes(1) ? `${e.bindArray("nul", lookup.nulls)}[${slot}] === 1` : null;
  const name = e.fresh("v");
  if (lookup.kind === "text") {
    e.line(`const ${name} = ${e.bindArray("lut", lookup.codes)}[${slot}];`);
    const mostOf = (most: number, code: number, slot: number) => lookup.nulls[slot] === 1 ? most : Math.max(most, code);
    lookup.heap.show(lookup.codes.subarray(0, size).reduce(mostOf, -1) + 1);
    return { rep: "text", code: name, isNull, heap: { variable: e.bind("heap", lookup.heap), heap: lookup.heap } };
  }
  e.line(`const ${name} = ${e.bindArray("lut", lookup.values)}[${slot}];`);
  let least = Infinity;
  let most = -Infinity;
  for (const value of lookup.values.subarray(0, size)) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return {
    rep: lookup.rep,
    code: name,
    isNull,
    range: Number.isFinite(least) && Number.isFinite(most) ? { least, most } : null,
  };
}
