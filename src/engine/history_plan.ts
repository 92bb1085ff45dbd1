import type { MirrorCatalog } from "../olap/mod.ts";
import { type HistoryRef, INSTANT_TEXT } from "../sql/mod.ts";
import type { PlanNode } from "../types/mod.ts";

/** A plan without the names of the mirror's own tables and functions: what they hold or do stands in their place. */
export function shownPlan(plan: PlanNode, refs: readonly HistoryRef[], catalog: MirrorCatalog): PlanNode {
  const names = refs.flatMap(({ name }): (readonly [from: RegExp, to: string])[] => {
    const history = catalog.history(name.text);
    if (history === undefined) return [];
    return [
      [exactly(history.open.name), `${name.text} (living)`],
      [exactly(history.closed.name), `${name.text} (ended)`],
    ];
  });
  const renamed = (node: PlanNode): PlanNode => ({
    ...node,
    text: names.reduce((text, [from, to]) => text.replaceAll(from, () => to), node.text)
      .replaceAll(INSTANT_TEXT, "instant_text"),
    inputs: node.inputs.map(renamed),
  });
  return renamed(plan);
}

/** A name that is not the beginning of one with more digits. */
function exactly(name: string): RegExp {
  return new RegExp(`${name.replaceAll(/[^\w]/g, "\\$&")}(?!\\d)`, "g");
}
