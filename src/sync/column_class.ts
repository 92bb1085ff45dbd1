import type { Affinity, ColumnClass } from "../types/mod.ts";

/** Which storage classes a column holds. */
export interface StorageFacts {
  readonly integer: boolean;
  readonly real: boolean;
  readonly text: boolean;
  readonly blob: boolean;
  /** Whether some INTEGER lies beyond ±2^53, where a double cannot hold it. */
  readonly wideInteger: boolean;
}

/** The class of a column, or why none fits: which two kinds of values collide. */
export type ClassChoice =
  | { readonly kind: "class"; readonly class: ColumnClass }
  | { readonly kind: "mixed"; readonly reason: string; readonly kinds: readonly [ValueKind, ValueKind] };

/** Kinds of values that may collide in a column. */
export type ValueKind = "integers" | "reals" | "text" | "blobs" | "integers beyond 2^53";

/** The SQL condition under which an expression is of a kind. */
export function kindCondition(kind: ValueKind, expression: string): string {
  switch (kind) {
    case "integers":
      return `typeof(${expression}) = 'integer'`;
    case "reals":
      return `typeof(${expression}) = 'real'`;
    case "text":
      return `typeof(${expression}) = 'text'`;
    case "blobs":
      return `typeof(${expression}) = 'blob'`;
    case "integers beyond 2^53":
      return `typeof(${expression}) = 'integer' AND ${expression} NOT BETWEEN -9007199254740992 AND 9007199254740992`;
  }
}

/** The tightest class for what a column holds; a column without values takes the class its affinity makes likely. */
export function chooseClass(affinity: Affinity, facts: StorageFacts): ClassChoice {
  const kinds: ValueKind[] = [];
  if (facts.text) kinds.push("text");
  if (facts.integer) kinds.push("integers");
  if (facts.real) kinds.push("reals");
  if (facts.blob) kinds.push("blobs");
  const [first, second, third] = kinds;
  if (first === undefined) return { kind: "class", class: classOfAffinity(affinity) };
  if (second === undefined) return { kind: "class", class: classOfKind(first) };
  if (first === "integers" && second === "reals" && (affinity === "integer" || affinity === "numeric")) {
    // Numbers may stand together: what is in the way, and what the column waits to see gone, is the third kind.
    if (third !== undefined) return mixed(first, third);
    if (!facts.wideInteger) return { kind: "class", class: "number" };
    return mixed("integers beyond 2^53", "reals");
  }
  return mixed(first, second);
}

function mixed(first: ValueKind, second: ValueKind): ClassChoice {
  return { kind: "mixed", reason: `holds ${first} and ${second}`, kinds: [first, second] };
}

function classOfKind(kind: ValueKind): ColumnClass {
  switch (kind) {
    case "integers":
    case "integers beyond 2^53":
      return "integer";
    case "reals":
      return "real";
    case "text":
      return "text";
    case "blobs":
      return "blob";
  }
}

function classOfAffinity(affinity: Affinity): ColumnClass {
  return affinity === "numeric" ? "number" : affinity;
}
