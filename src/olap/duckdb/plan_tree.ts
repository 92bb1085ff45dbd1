import type { PlanNode } from "../../types/mod.ts";

/** A node as `EXPLAIN (FORMAT json)` gives it, and with the profile's fields as `EXPLAIN (ANALYZE, FORMAT json)` does. */
interface DuckdbNode {
  readonly name?: string;
  readonly operator_name?: string;
  readonly operator_cardinality?: number;
  /** Seconds, over all threads. */
  readonly operator_timing?: number;
  readonly extra_info?: Readonly<Record<string, string | readonly string[]>>;
  readonly children?: readonly DuckdbNode[];
}

/** Facts that are shown elsewhere, or say nothing beside the operator's name. */
const LEFT_OUT: ReadonlySet<string> = new Set(["Estimated Cardinality", "Type", "Text", "Function", "Delim Index"]);

/** Facts whose names are clear from what they say. */
const UNNAMED: ReadonlySet<string> = new Set([
  "Table",
  "Conditions",
  "Join Type",
  "Order By",
  "Expression",
  "Aggregates",
]);

/** Wrappers around what was asked for. */
const WRAPPERS: ReadonlySet<string> = new Set(["EXPLAIN_ANALYZE", "EXPLAIN", "RESULT_COLLECTOR", "QUERY"]);

/** DuckDB's plan, from the text of its JSON. */
export function planTree(json: string): PlanNode {
  const parsed = JSON.parse(json) as DuckdbNode | readonly DuckdbNode[];
  let root: DuckdbNode = Array.isArray(parsed) ? parsed[0] : parsed;
  while (isWrapper(root) && root.children?.length === 1) root = root.children[0]!;
  return nodeOf(root);
}

function isWrapper(node: DuckdbNode): boolean {
  const name = nameOf(node);
  return name === "" || WRAPPERS.has(name);
}

function nameOf(node: DuckdbNode): string {
  return (node.operator_name ?? node.name ?? "").trim();
}

function nodeOf(node: DuckdbNode): PlanNode {
  const { extra_info: facts = {}, operator_cardinality: rows, operator_timing: seconds } = node;
  const estimated = Number(facts["Estimated Cardinality"]);
  return {
    text: [nameOf(node).toLowerCase().replaceAll("_", " "), ...factsShown(facts)].join(" · "),
    rowsEstimated: Number.isFinite(estimated) ? estimated : null,
    rows: rows ?? null,
    durationMs: seconds === undefined ? null : seconds * 1000,
    inputs: (node.children ?? []).map(nodeOf),
  };
}

function factsShown(facts: NonNullable<DuckdbNode["extra_info"]>): string[] {
  return Object.entries(facts).filter(([name]) => !LEFT_OUT.has(name)).flatMap(([name, value]) => {
    const text = (typeof value === "string" ? value : value.join(", ")).replace(/\s+/g, " ").trim();
    if (text === "") return [];
    // The catalogue and schema of the mirror are always the same.
    const shown = text.replace(/\b\w+\.m\./g, "");
    return [UNNAMED.has(name) ? shown : `${name.toLowerCase()} ${shown}`];
  });
}
