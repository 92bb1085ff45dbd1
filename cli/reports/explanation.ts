import type { Explanation } from "../../mod.ts";

/** Where a statement would go, why, and that engine's plan. */
export function explanationText(explanation: Explanation): string {
  const { target, engine, reason, rowsEstimated, rowsAreLowerBound, declined, plan } = explanation;
  const lines = [`goes to:  ${engine} (${target})`, `because:  ${reason}`];
  if (declined !== null && !reason.includes(declined.reason)) lines.push(`declined: ${declined.reason}`);
  if (rowsEstimated !== null) {
    const rows = Math.round(rowsEstimated).toLocaleString("en-US");
    lines.push(`reads:    ${rowsAreLowerBound ? "at least" : "about"} ${rows} rows on libsql`);
  }
  if (plan.trim() !== "") lines.push("plan:", plan.trimEnd());
  return lines.join("\n");
}
