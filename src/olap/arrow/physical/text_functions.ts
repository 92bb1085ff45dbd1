import { skipUtf8, utf8Bytes, utf8Instr, utf8Length, Utf8Needle } from "../kernels/mod.ts";
import type { PlanExpr, PlanExprOf } from "../plan/plan_expr.ts";
import type { ValueRange } from "../storage/table_snapshot.ts";
import type { Emitter } from "./emitter.ts";
import type { Fragment } from "./fragment.ts";
import { decodeText } from "./text_heaps.ts";
import { utf8Arguments, type Utf8Operand, utf8Operand } from "./utf8_operand.ts";

/** Functions whose first argument can stay bytes. */
const FUNCTIONS: Readonly<Record<string, (e: Emitter, text: Utf8Operand, others: readonly PlanExpr[]) => Call | null>> =
  {
    length: (e, text) => ({ rep: "int", code: `${e.bind("utf8Length", utf8Length)}(${utf8Arguments(text)})` }),
    octet_length: (_, text) => ({ rep: "int", code: `${text.end} - ${text.start}` }),
    instr: instrCall,
    substr: substrCall,
    substring: substrCall,
  };

interface Call {
  readonly rep: "int" | "string";
  readonly code: string;
}

/** Emits a function of a text that lies as bytes; `null` where it takes a string. `range`: bounds of an INTEGER result. */
export function utf8Function(e: Emitter, expr: PlanExprOf<"function">, range: ValueRange | null): Fragment | null {
  const make = FUNCTIONS[expr.name];
  const [first, ...others] = expr.arguments;
  if (make === undefined || first === undefined) return null;
  const subject = e.compile(first);
  const text = utf8Operand(e, subject);
  const call = text === null ? null : make(e, text, others);
  if (call === null) return null;
  const name = e.fresh(call.rep === "int" ? "v" : "s");
  e.line(`const ${name} = ${call.code};`);
  const { isNull } = subject;
  return call.rep === "int" ? { rep: "int", code: name, isNull, range } : { rep: "string", code: name, isNull };
}

function instrCall(e: Emitter, text: Utf8Operand, [part]: readonly PlanExpr[]): Call | null {
  if (part?.kind !== "literal" || typeof part.value !== "string") return null;
  const needle = e.bind("needle", new Utf8Needle(utf8Bytes(part.value), false));
  return { rep: "int", code: `${e.bind("utf8Instr", utf8Instr)}(${utf8Arguments(text)}, ${needle})` };
}

/** Characters no text has as many of; a start or count beyond counts as infinite. */
const CHARACTERS_MAX = 2 ** 31 - 1;

/** The plain use: from a place counted from 1, so many characters or all that follow. */
function substrCall(e: Emitter, text: Utf8Operand, [start, count]: readonly PlanExpr[]): Call | null {
  const from = constantCount(start);
  const taken = count === undefined ? CHARACTERS_MAX : constantCount(count);
  if (from === null || from < 1 || taken === null || taken < 0) return null;
  const args = [utf8Arguments(text), e.bind("from", from - 1), e.bind("taken", taken)];
  return { rep: "string", code: `${e.bind("substrUtf8", substrUtf8)}(${args.join(", ")})` };
}

function constantCount(expr: PlanExpr | undefined): number | null {
  if (expr?.kind !== "literal" || typeof expr.value !== "bigint") return null;
  return expr.value >= -CHARACTERS_MAX && expr.value <= CHARACTERS_MAX ? Number(expr.value) : null;
}

/** `taken` characters after the first `skipped`. */
function substrUtf8(bytes: Uint8Array, start: number, end: number, skipped: number, taken: number): string {
  const begin = skipUtf8(bytes, start, end, skipped);
  return decodeText(bytes, begin, taken >= end - begin ? end : skipUtf8(bytes, begin, end, taken));
}
