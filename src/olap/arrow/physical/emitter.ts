import { invariant } from "../../../errors/mod.ts";
import type { ColumnId, PlanExpr } from "../plan/plan_expr.ts";
import type { Fragment } from "./fragment.ts";
import type { Sharing } from "./team.ts";

/** Makes the fragment of a column when it is first used, emitting what that takes at that place. */
export type ColumnLoader = () => Fragment;

/** How expressions become code. Passed in, because every kind of expression holds others. */
export interface ExpressionCompiler {
  /** Emits what computes an expression, once per scope however often it is asked for. */
  compile(e: Emitter, expr: PlanExpr): Fragment;
  /** A JavaScript boolean expression that is true exactly where the expression is not NULL and as true as `wanted` says. */
  condition(e: Emitter, expr: PlanExpr, wanted: boolean): string;
}

interface Scope {
  readonly loaders: Map<ColumnId, ColumnLoader>;
  /** Values computed in this scope, by what they mean: visible to the end of the block. */
  readonly values: Map<string, Fragment>;
}

/** A line whose text is known only once more was emitted. */
export interface LateLine {
  text: string;
}

/** Lines written apart, to be put into place later. */
export interface Captured<T> {
  readonly lines: (string | LateLine)[];
  readonly scope: unknown;
  readonly value: T;
}

/**
 * Writes the body of one generated function. Values the function works with are bound by name, so that the text depends on the plan
 * and the forms of its columns alone, never on data: the same text is compiled once and stays optimised.
 */
export class Emitter {
  #lines: (string | LateLine)[] = [];
  #scopes: Scope[] = [{ loaders: new Map(), values: new Map() }];
  readonly #bindings = new Map<unknown, string>();
  readonly #names = new Map<string, unknown>();
  /** Statements before the loop and after it. */
  readonly prologue: (string | LateLine)[] = [];
  readonly epilogue: (string | LateLine)[] = [];
  /** Rows the loop will see, roughly: tells whether preparing something per distinct value pays. */
  readonly expectedRows: number;
  #counter = 0;
  #sharing: Sharing | null = null;
  #sharable = true;

  readonly compiler: ExpressionCompiler;

  constructor(compiler: ExpressionCompiler, expectedRows: number) {
    this.compiler = compiler;
    this.expectedRows = expectedRows;
  }

  compile(expr: PlanExpr): Fragment {
    return this.compiler.compile(this, expr);
  }

  condition(expr: PlanExpr, wanted: boolean): string {
    return this.compiler.condition(this, expr, wanted);
  }

  /** A name for a value from outside. Give typed arrays a hint that tells their type. */
  bind(hint: string, value: unknown): string {
    const known = typeof value === "object" && value !== null ? this.#bindings.get(value) : undefined;
    if (known !== undefined) return known;
    const name = this.fresh(hint);
    if (typeof value === "object" && value !== null) this.#bindings.set(value, name);
    this.#names.set(name, value);
    return name;
  }

  /** Binds a typed array under a name that tells its type, so that functions over other types are other functions. */
  bindArray(hint: string, array: ArrayBufferView): string {
    return this.bind(`${hint}_${array.constructor.name.replace("Array", "").toLowerCase()}_`, array);
  }

  /** Binds a value under exactly this name, which must be free. */
  bindAs(name: string, value: unknown): void {
    this.#names.set(name, value);
  }

  fresh(hint: string): string {
    return `${hint}${++this.#counter}`;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Emits a line to be filled in later. */
  later(): LateLine {
    const line = { text: "" };
    this.#lines.push(line);
    return line;
  }

  /** Emits `header { … }`; what is computed inside is forgotten after it. */
  block(header: string, body: () => void): void {
    this.line(`${header} {`);
    this.#scopes.push({ loaders: new Map(), values: new Map() });
    body();
    this.#scopes.pop();
    this.line("}");
  }

  /** Runs `body` in a scope of its own and keeps its lines apart. */
  capture<T>(body: () => T): Captured<T> {
    const outer = this.#lines;
    const lines: (string | LateLine)[] = [];
    const scope: Scope = { loaders: new Map(), values: new Map() };
    this.#lines = lines;
    this.#scopes.push(scope);
    const value = body();
    this.#scopes.pop();
    this.#lines = outer;
    return { lines, scope, value };
  }

  /** Adds to captured lines, seeing what was computed there. */
  extend<T>(captured: Captured<unknown>, body: () => T): T {
    const outer = this.#lines;
    this.#lines = captured.lines;
    this.#scopes.push(captured.scope as Scope);
    const value = body();
    this.#scopes.pop();
    this.#lines = outer;
    return value;
  }

  /** Puts captured lines here. */
  place(captured: Captured<unknown>): void {
    this.#lines.push(...captured.lines);
  }

  /** Says how to get at a column from here to the end of the block. */
  define(id: ColumnId, loader: ColumnLoader): void {
    const scope = this.#scopes.at(-1)!;
    scope.loaders.set(id, loader);
    scope.values.delete(`c${id}`);
  }

  column(id: ColumnId): Fragment {
    return this.memo(`c${id}`, () => {
      for (let at = this.#scopes.length - 1; at >= 0; at--) {
        const loader = this.#scopes[at]!.loaders.get(id);
        if (loader !== undefined) return loader();
      }
      invariant(false, `column ${id} is produced below its use`);
    });
  }

  /** The fragment computed for `key` if one is visible, else a new one. */
  memo(key: string, make: () => Fragment): Fragment {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const known = this.#scopes[at]!.values.get(key);
      if (known !== undefined) return known;
    }
    const made = make();
    this.#scopes.at(-1)!.values.set(key, made);
    return made;
  }

  /** Says how what the function fills is brought together when the threads of a team each run it over some of the rows. */
  share(sharing: Sharing): void {
    this.#sharing = sharing;
  }

  /** Says that the function keeps something that cannot be brought together: every thread then runs it over all rows. */
  refuseSharing(): void {
    this.#sharable = false;
  }

  get sharing(): Sharing | null {
    return this.#sharable ? this.#sharing : null;
  }

  /** The text of `function (env, begin, end)` and the values it is to be called with. */
  finish(): { readonly source: string; readonly env: Readonly<Record<string, unknown>> } {
    const names = [...this.#names.keys()];
    const source = [
      `const { ${names.join(", ")} } = env;`,
      ...this.prologue,
      ...this.#lines,
      ...this.epilogue,
    ].map((line) => typeof line === "string" ? line : line.text).join("\n");
    return { source, env: Object.fromEntries(this.#names) };
  }
}
