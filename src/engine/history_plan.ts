import type { MirrorCatalog } from "../olap/mod.ts";
import type { HistoryRef } from "../sql/mod.ts";

/** A plan without the names of the mirror's own tables: what they hold stands in their place, in the same width where there is room. */
export function shownPlan(plan: string, refs: readonly HistoryRef[], catalog: MirrorCatalog): string {
  return refs.reduce((shown, { name }) => {
    const history = catalog.history(name.text);
    if (history === undefined) return shown;
    const named = renamed(shown, history.open.name, `${name.text} (living)`);
    return renamed(named, history.closed.name, `${name.text} (ended)`);
  }, plan);
}

/** Replaces a name, taking from the blanks beside it what it grew by, or adding what it shrank by. */
function renamed(plan: string, from: string, to: string): string {
  const escaped = from.replaceAll(/[^\w]/g, "\\$&");
  return plan.replaceAll(new RegExp(`( *)${escaped}(?!\\d)( *)`, "g"), (_, before: string, after: string) => {
    const room = before.length + after.length + from.length - to.length;
    if (before.length + after.length <= 2 || room < 0) return before + to + after;
    const left = Math.min(before.length, Math.ceil(room * before.length / Math.max(1, before.length + after.length)));
    return " ".repeat(left) + to + " ".repeat(room - left);
  });
}
