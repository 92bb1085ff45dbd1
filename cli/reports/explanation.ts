import type { Explanation, PlanNode } from "../../mod.ts";
import { planLines } from "../../src/types/mod.ts";
import { counted, durationText, fitText } from "../render/mod.ts";

/**
 * Where a statement would go, why, and that engine's plan.
 *
 * @param width Columns to cut the plan's lines to; `null` cuts none.
 */
export function explanationText(explanation: Explanation, width: number | null = null): string {
  const { target, engine, reason, rowsEstimated, rowsAreLowerBound, declined, tree, run } = explanation;
  const lines = [`goes to:  ${engine} (${target})`, `because:  ${reason}`];
  if (declined !== null && !reason.includes(declined.reason)) lines.push(`declined: ${declined.reason}`);
  if (rowsEstimated !== null) {
    const rows = counted(Math.round(rowsEstimated), "row");
    lines.push(`reads:    ${rowsAreLowerBound ? "at least" : "about"} ${rows} on libsql`);
  }
  if (run !== null) {
    const parts = [`sync ${durationText(run.syncMs)}`, `routing ${durationText(run.routeMs)}`];
    lines.push(`took:     ${durationText(run.durationMs)} (${parts.join(", ")}) for ${counted(run.rowCount, "row")}`);
  }
  if (tree !== null) lines.push("", ...planTable(tree).map((line) => width === null ? line : fitText(line, width)));
  return lines.join("\n");
}

/** The plan as a tree, with what is known of each step to its left. */
function planTable(tree: PlanNode): string[] {
  const steps = planLines(tree);
  const rows = (count: number | null): string => count === null ? "" : Math.round(count).toLocaleString("en-US");
  const facts: { readonly name: string; readonly of: (node: PlanNode) => string }[] = [
    { name: "rows", of: (node) => rows(node.rows) },
    { name: "time", of: (node) => node.durationMs === null ? "" : durationText(node.durationMs) },
    { name: "expected", of: (node) => rows(node.rowsEstimated) },
  ];
  const columns = facts.map(({ name, of }) => ({ name, texts: steps.map(({ node }) => of(node)) }))
    .filter(({ texts }) => texts.some((text) => text !== ""))
    .map(({ name, texts }) => {
      const width = Math.max(name.length, ...texts.map((text) => text.length));
      return [name, ...texts].map((text) => text.padStart(width));
    });
  const plan = ["plan", ...steps.map(({ line }) => line)];
  return plan.map((line, index) => [...columns.map((column) => column[index]!), line].join("  ").trimEnd());
}
