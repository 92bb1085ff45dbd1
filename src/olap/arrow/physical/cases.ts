import type { PlanExpr } from "../plan/plan_expr.ts";
import { boxed, commonRep, integerTest, textOf } from "./conversions.ts";
import type { Captured, Emitter } from "./emitter.ts";
import { type Fragment, NULL_FRAGMENT, unionRange } from "./fragment.ts";

interface Branch {
  /** `null` for ELSE. */
  readonly test: Captured<string> | null;
  readonly body: Captured<Fragment>;
}

/** CASE: each branch is computed only where its turn comes. */
export function compileCase(
  e: Emitter,
  branches: readonly { readonly when: PlanExpr; readonly then: PlanExpr }[],
  otherwise: PlanExpr | null,
): Fragment {
  const parts: Branch[] = branches.map(({ when, then }) => ({
    test: e.capture(() => e.condition(when, true)),
    body: e.capture(() => e.compile(then)),
  }));
  const last = otherwise === null ? null : e.capture(() => e.compile(otherwise));
  const bodies = [...parts.map(({ body }) => body), ...(last === null ? [] : [last])];
  const values = bodies.map(({ value }) => value);
  const rep = commonRep(values);
  if (rep === "null") return NULL_FRAGMENT;
  const target = declare(e, rep, values, otherwise === null);
  parts.forEach(({ test, body }, index) => {
    e.line(index === 0 ? "{" : "else {");
    e.place(test!);
    e.line(`if (${test!.value}) {`);
    assign(e, body, target);
    e.line("}");
  });
  if (last !== null) {
    e.line("else {");
    assign(e, last, target);
    e.line("}");
  }
  for (const _ of parts) e.line("}");
  return target;
}

/** Declares the variables a CASE assigns; they hold NULL (or 0) until a branch is taken. */
function declare(e: Emitter, rep: Fragment["rep"], values: readonly Fragment[], mayMiss: boolean): Fragment {
  const code = e.fresh("w");
  const nullable = mayMiss || values.some((value) => value.isNull !== null);
  if (rep === "boxed") {
    e.line(`let ${code} = null;`);
    return { rep, code, isNull: nullable ? `${code} === null` : null };
  }
  e.line(`let ${code} = ${rep === "string" ? '""' : "0"};`);
  let isNull: string | null = null;
  if (nullable) {
    isNull = e.fresh("n");
    e.line(`let ${isNull} = true;`);
  }
  switch (rep) {
    case "int":
    case "real":
    case "number": {
      const ranges = values.filter((value) => value.rep !== "null").map((value) =>
        "range" in value ? value.range : null
      );
      const range = ranges.reduce((all, one) => unionRange(all, one));
      if (rep !== "number") return { rep, code, isNull, range };
      const integer = e.fresh("t");
      e.line(`let ${integer} = false;`);
      return { rep, code, isNull, range, integer };
    }
    case "text": {
      const heap = values.find((value) => value.rep === "text");
      return { rep, code, isNull, heap: (heap as Extract<Fragment, { rep: "text" }>).heap };
    }
    default:
      return { rep: "string", code, isNull };
  }
}

function assign(e: Emitter, body: Captured<Fragment>, target: Fragment): void {
  const { value } = body;
  e.extend(body, () => {
    if (value.rep === "null") return;
    const code = target.rep === "boxed" ? boxed(e, value) : target.rep === "string" ? textOf(e, value) : value.code;
    e.line(`${target.code} = ${code};`);
    if (target.rep === "number") e.line(`${target.integer} = ${integerTest(value)};`);
    if (target.isNull !== null && target.rep !== "boxed") e.line(`${target.isNull} = ${value.isNull ?? "false"};`);
  });
  e.place(body);
}
