/** One planner snapshot: what it shows, the statement, and the plan it had when last looked at. */
export interface PlanCase {
  readonly purpose: string;
  readonly sql: string;
  readonly plan: string;
}

/** Reads cases written as `# purpose`, the statement, `----`, the plan, an empty line. */
export function parseCases(text: string): PlanCase[] {
  return text.split(/^# /m).slice(1).map((block) => {
    const [head, plan = ""] = block.split(/^----\n/m);
    const [purpose, ...sql] = head!.trimEnd().split("\n");
    return { purpose: purpose!, sql: sql.join("\n"), plan: plan.trimEnd() };
  });
}

/** Writes cases in that form. */
export function writeCases(cases: readonly PlanCase[]): string {
  return cases.map(({ purpose, sql, plan }) => `# ${purpose}\n${sql}\n----\n${plan}\n`).join("\n");
}
