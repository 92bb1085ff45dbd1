import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runBun } from "./bun.ts";

/** Lets Bun bundle by one of the `bundle_*.ts` scripts. @throws {Error} With what it says when that fails. */
export async function runPlan(bun: string, root: string, script: string, plan: object): Promise<void> {
  const scratch = await mkdtemp(join(root, "dist", ".build", "plan-"));
  try {
    const file = join(scratch, "plan.json");
    await writeFile(file, JSON.stringify(plan));
    await runBun(bun, [join(root, "scripts", "build", script), file], root);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
