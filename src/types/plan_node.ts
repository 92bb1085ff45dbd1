/** A step of an engine's plan, with those it reads. */
export interface PlanNode {
  /** What it does, in the engine's own words: `sort by total desc`. */
  readonly text: string;
  /** Rows the engine expected it to give; `null` when it does not say. */
  readonly rowsEstimated: number | null;
  /** Rows it gave; `null` when it was not run, or works as part of the step above. */
  readonly rows: number | null;
  /** Time it took itself, without its inputs, in milliseconds; summed over threads where several ran it. `null` as for `rows`. */
  readonly durationMs: number | null;
  /** The steps it reads. */
  readonly inputs: readonly PlanNode[];
}

/** The plan as an indented tree, a line for each step. */
export function planLines(plan: PlanNode): { readonly node: PlanNode; readonly line: string }[] {
  const lines: { node: PlanNode; line: string }[] = [];
  const visit = (node: PlanNode, own: string, below: string): void => {
    lines.push({ node, line: own + node.text });
    node.inputs.forEach((input, index) => {
      const last = index === node.inputs.length - 1;
      visit(input, `${below}${last ? "└─ " : "├─ "}`, `${below}${last ? "   " : "│  "}`);
    });
  };
  visit(plan, "", "");
  return lines;
}
