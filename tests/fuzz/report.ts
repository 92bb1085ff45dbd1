import { formatOutcome, formatValue } from "../support/differential.ts";
import type { Disagreement, FuzzTally } from "./differential.ts";
import type { RenderedStatement } from "./fragment.ts";

/** One block of lines with the numbers of a run. */
export function summaryOf(tally: FuzzTally): string {
  const share = (count: number, of = tally.statements): string => `${(100 * count / Math.max(1, of)).toFixed(2)} %`;
  const reasons = [...tally.declined].sort((a, b) => b[1] - a[1]);
  const declined = reasons.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${tally.statements} statements, ${tally.compared} compared, ${tally.refused} refused by SQLite, ` +
    `${declined} declined (${share(declined)}), ${tally.disagreements.length} differ`,
    `  of ${tally.tame} plausible statements ${tally.tameDeclined} declined (${share(tally.tameDeclined, tally.tame)})`,
    ...(tally.open > 0 ? [`  of ${tally.open} differing SQLite has more answers than one`] : []),
    ...[...tally.leftToLibsql].sort((a, b) => b[1] - a[1])
      .map(([reason, count]) => `  left to libSQL, ${reason}: ${count} (${share(count)})`),
    ...reasons.map(([reason, count]) => `  declined, ${reason}: ${count} (${share(count)})`),
  ].join("\n");
}

function formatStatement(statement: RenderedStatement): string {
  const named = Object.entries(statement.params);
  const bound = named.map(([name, value]) => `${name} = ${formatValue(value)}`).join(", ");
  return named.length === 0 ? statement.sql : `${statement.sql}\n  bound: ${bound}`;
}

/** Everything needed to understand and replay a disagreement. */
export function describeDisagreement(disagreement: Disagreement, statementsPerSeed: number, options = ""): string {
  const { seed, script } = disagreement;
  return [
    `seed ${seed}: ${disagreement.difference}`,
    `statement: ${formatStatement(disagreement.statement)}`,
    `minimised: ${formatStatement(disagreement.minimised)}`,
    `SQLite: ${formatOutcome(disagreement.minimisedExpected)}`,
    `mirror: ${formatOutcome(disagreement.minimisedActual)}`,
    script === null ? "the final rows alone do not show it: the path of changes matters" : `on: ${script.join(";\n")};`,
    `replay: deno task fuzz --seed ${seed} --statements ${statementsPerSeed}${options}`,
  ].join("\n");
}
