import type { Notice } from "../types/mod.ts";
import type { EnsureReport } from "./change_source.ts";

/** Names shown before the rest is only counted. */
const NAMES_SHOWN_MAX = 3;

/** What a user should know of a change of capture. */
export function captureNotices({ added, renewed }: EnsureReport): Notice[] {
  const notices: Notice[] = [];
  if (added.length > 0) notices.push({ kind: "tracked", text: `tracking changes of ${nameList(added)}` });
  if (renewed.length > 0) {
    notices.push({ kind: "renewed", text: `schema changed: tracking renewed for ${nameList(renewed)}` });
  }
  return notices;
}

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(", ");
  if (names.length === 1) return `table ${shown}`;
  return `${names.length} tables (${names.length > NAMES_SHOWN_MAX ? `${shown}, …` : shown})`;
}
