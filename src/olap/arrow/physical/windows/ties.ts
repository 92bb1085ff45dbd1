import { RuntimeDecline } from "../../../olap_backend.ts";
import type { StoredColumn } from "../relation.ts";
import { sameValue } from "./row_values.ts";
import type { WindowOrder } from "./window_order.ts";

/** How a call's result may depend on which of several rows that tie comes first. */
export interface TieSensitivity {
  readonly name: string;
  readonly result: StoredColumn;
  /** Columns that must agree among rows that tie. */
  readonly content: readonly StoredColumn[];
  /** A column that must agree among rows that tie with one of those named, -1 naming none. */
  readonly shown: { readonly column: StoredColumn; readonly sources: Int32Array } | null;
  /** Whether the result also depends on a row's own place among those it ties with. */
  readonly positional: boolean;
}

/**
 * SQLite leaves open which of several rows that tie comes first. Declines unless that cannot be seen: tied rows agree in what the call
 * reads, and all have the same result or else are the same in `distinguishing`, all that is known of rows elsewhere.
 *
 * @throws {RuntimeDecline}
 */
export function refuseTies(
  order: WindowOrder,
  { name, result, content, shown, positional }: TieSensitivity,
  distinguishing: readonly StoredColumn[],
): void {
  const { rows, groups } = order;
  if (groups.length - 1 === rows.length) return;
  const refuse = (): never => {
    throw new RuntimeDecline(`${name}() over rows that tie in the window's order`);
  };
  const same = content.map(sameValue);
  const sameShown = shown === null ? null : sameValue(shown.column);
  const isShown = shown === null ? null : shownGroups(order, shown.sources);
  const sameResult = sameValue(result);
  const sameRow = distinguishing.map(sameValue);
  for (let group = 0; group + 1 < groups.length; group++) {
    const [first, end] = [groups[group]!, groups[group + 1]!];
    let [resultsAgree, rowsAgree] = [true, true];
    for (let at = first + 1; at < end; at++) {
      const [a, b] = [rows[at - 1]!, rows[at]!];
      if (!same.every((agree) => agree(a, b))) refuse();
      if (isShown !== null && isShown[group] === 1 && !sameShown!(a, b)) refuse();
      if (!positional) continue;
      resultsAgree &&= sameResult(a, b);
      rowsAgree &&= sameRow.every((agree) => agree(a, b));
      if (!resultsAgree && !rowsAgree) refuse();
    }
  }
}

/** 1 for groups that hold a row some call shows. */
function shownGroups({ rows, groups }: Pick<WindowOrder, "rows" | "groups">, sources: Int32Array): Uint8Array {
  const isShown = new Uint8Array(sources.length);
  for (let row = 0; row < sources.length; row++) if (sources[row]! >= 0) isShown[sources[row]!] = 1;
  const shown = new Uint8Array(groups.length);
  for (let group = 0; group + 1 < groups.length; group++) {
    for (let at = groups[group]!; at < groups[group + 1]!; at++) if (isShown[rows[at]!] === 1) shown[group] = 1;
  }
  return shown;
}
