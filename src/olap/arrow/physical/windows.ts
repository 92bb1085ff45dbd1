import type { WindowPlan } from "../plan/plan.ts";
import { unimplemented } from "./run.ts";

/** Calls over windows. */
export function window(plan: WindowPlan): never {
  return unimplemented(`${plan.calls[0]?.name ?? "a function"}() over a window`);
}
