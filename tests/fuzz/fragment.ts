import type { ExactValue } from "../../src/types/mod.ts";
import type { VersionsAsked } from "./past/versions_asked.ts";

/**
 * A piece of generated SQL that remembers how it was put together, so that a failing statement can be made smaller
 * without understanding SQL: an `expr` may be replaced by an expression inside it or by a constant, a `query` by a query
 * inside it, an `optional` clause left out, a `list` shortened. Whether the outcome still makes sense is found out by running it.
 */
export type Fragment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "parameter"; readonly value: ExactValue }
  | {
    readonly kind: "group";
    readonly role: "expr" | "query" | "optional" | "plain";
    readonly parts: readonly Fragment[];
  }
  /** A table at some time, written out when it is rendered: by then the times are known. */
  | { readonly kind: "versions"; readonly asked: VersionsAsked }
  | { readonly kind: "list"; readonly items: readonly Fragment[]; readonly separator: string; readonly least: number };

/** How parameters are written. */
export type ParameterStyle = "question" | "numbered" | "named";

/** SQL text with what is to be bound. */
export interface RenderedStatement {
  readonly sql: string;
  readonly params: readonly ExactValue[] | Readonly<Record<string, ExactValue>>;
}

export function text(value: string): Fragment {
  return { kind: "text", text: value };
}

type Part = string | Fragment;

function group(role: "expr" | "query" | "optional" | "plain") {
  return (strings: TemplateStringsArray, ...values: readonly Part[]): Fragment => {
    const parts: Fragment[] = [];
    strings.forEach((string, i) => {
      if (string !== "") parts.push(text(string));
      const value = values[i];
      if (value !== undefined && value !== "") parts.push(typeof value === "string" ? text(value) : value);
    });
    return { kind: "group", role, parts };
  };
}

/** Template tags: `expr` for expressions, `query` for whole queries, `optional` for clauses that may be left out. */
export const expr: ReturnType<typeof group> = group("expr");
export const query: ReturnType<typeof group> = group("query");
export const optional: ReturnType<typeof group> = group("optional");
export const plain: ReturnType<typeof group> = group("plain");

/** Items with a separator; shrinking keeps at least `least` of them. */
export function list(items: readonly Fragment[], separator = ", ", least = 1): Fragment {
  return { kind: "list", items, separator, least };
}

/** What a reference to versions of a table is written as. */
export type WriteVersions = (asked: VersionsAsked) => Fragment;

/** Renders to text, numbering parameters in the order they appear. */
export function render(
  fragment: Fragment,
  style: ParameterStyle = "question",
  write: WriteVersions = ({ table }) => text(table),
): RenderedStatement {
  const pieces: string[] = [];
  const values: ExactValue[] = [];
  function visit(node: Fragment): void {
    switch (node.kind) {
      case "text":
        pieces.push(node.text);
        return;
      case "parameter":
        values.push(node.value);
        pieces.push(style === "question" ? "?" : style === "numbered" ? `?${values.length}` : `:p${values.length}`);
        return;
      case "group":
        node.parts.forEach(visit);
        return;
      case "versions":
        visit(write(node.asked));
        return;
      case "list":
        node.items.forEach((item, i) => {
          if (i > 0) pieces.push(node.separator);
          visit(item);
        });
    }
  }
  visit(fragment);
  const params = style === "named" ? Object.fromEntries(values.map((value, i) => [`p${i + 1}`, value])) : values;
  return { sql: pieces.join(""), params };
}

/** Fragments of the role strictly inside, nearest first. */
function inside(node: Fragment, role: "expr" | "query"): Fragment[] {
  const found: Fragment[] = [];
  let level: readonly Fragment[] = childrenOf(node);
  while (level.length > 0) {
    const next: Fragment[] = [];
    for (const child of level) {
      if (child.kind === "group" && child.role === role) found.push(child);
      next.push(...childrenOf(child));
    }
    level = next;
  }
  return found;
}

function childrenOf(node: Fragment): readonly Fragment[] {
  if (node.kind === "group") return node.parts;
  return node.kind === "list" ? node.items : [];
}

/**
 * Smaller variants of a fragment, the boldest first; lazily, as each costs a run. With `keepShape` the outermost query keeps
 * its columns and clauses, for a difference that only makes sense with them (the order of rows).
 */
export function* shrinkSteps(node: Fragment, keepShape = false): Generator<Fragment> {
  if (node.kind === "group") {
    if (node.role === "optional" && node.parts.length > 0) yield text("");
    if (node.role === "query" && !keepShape) yield* inside(node, "query").slice(0, 8);
    if (node.role === "expr" && node.parts.length > 0 && !isConstant(node)) {
      yield* inside(node, "expr").slice(0, 6);
      for (const constant of ["1", "'a'", "null"]) yield expr`${constant}`;
    }
    for (let i = 0; i < node.parts.length; i++) {
      for (const part of shrinkSteps(node.parts[i]!, keepShape && node.role !== "expr")) {
        yield { ...node, parts: node.parts.with(i, part) };
      }
    }
  } else if (node.kind === "list") {
    if (node.items.length > node.least && !keepShape) {
      for (let i = 0; i < node.items.length; i++) yield { ...node, items: node.items.toSpliced(i, 1) };
    }
    for (let i = 0; i < node.items.length; i++) {
      for (const item of shrinkSteps(node.items[i]!, keepShape)) yield { ...node, items: node.items.with(i, item) };
    }
  }
}

function isConstant(node: Fragment): boolean {
  return node.kind === "group" && node.parts.length === 1 && node.parts[0]!.kind === "text" &&
    /^(1|null|'a')$/.test(node.parts[0]!.text);
}
