import type { CapturedSchema, TableChanges } from "../cdc/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { MirrorState, UnfitTable } from "../types/mod.ts";
import { type ClassConflict, conflictPersists } from "./infer_classes.ts";
import type { Absence, MirrorContents, Unfitness } from "./mirror_contents.ts";

/** An unfit table is examined again so rarely that examining takes at most one part in so many of the time. */
const EXAMINATION_SHARE = 20;

/** What the mirror keeps of the tables whose values fit no class: the next process need not examine them anew to know. */
export function keptUnfit(absences: ReadonlyMap<string, Absence>): readonly UnfitTable[] {
  return [...absences.values()].flatMap(({ name, sinceMs, unfit }) => {
    if (unfit === null || sinceMs === null) return [];
    const { reason, column, rows } = unfit.conflict;
    const kept = rows.map(({ kind, rowid }) => ({ kind, rowid: String(rowid) }));
    return [{ name, sinceMs, sql: unfit.sql, reason, column, rows: kept }];
  });
}

/** The same as the mirror's contents know it. That they fit by now is possible: the rows in conflict are looked at. */
export function restoredUnfit({ unfit = [] }: MirrorState): ReadonlyMap<string, Absence> {
  return new Map(unfit.map(({ name, sinceMs, sql, reason, column, rows }): [string, Absence] => {
    const conflict: ClassConflict = {
      reason,
      column,
      rows: rows.map(({ kind, rowid }) => ({
        kind: kind as ClassConflict["rows"][number]["kind"],
        rowid: BigInt(rowid),
      })),
    };
    const unfitness = { sql, conflict, examinedMs: 0, examinationMs: 0, mayFit: true };
    return [foldName(name), { name, reason, untracked: false, sinceMs, unfit: unfitness }];
  }));
}

/** When an unfit table may be examined again, in milliseconds since 1970. */
export function restUntilMs({ examinedMs, examinationMs }: Unfitness): number {
  return examinedMs + examinationMs * EXAMINATION_SHARE;
}

/**
 * The unfit tables that are not to be looked at as a whole now, each with whether it might fit: not if nothing was written to it or the
 * two rows in conflict are still there; perhaps if the last look was long and not long ago.
 */
export async function stillUnfitTables(
  snapshot: OltpSnapshot,
  contents: MirrorContents,
  captured: CapturedSchema,
  summary: ReadonlyMap<number, TableChanges>,
): Promise<Map<string, { readonly mayFit: boolean }>> {
  const still = new Map<string, { mayFit: boolean }>();
  // Where everything is read anew nothing is known of what was written since.
  if (contents.state === null) return still;
  for (const [folded, { unfit }] of contents.absences) {
    const table = captured.captured.get(folded);
    if (unfit === null || table === undefined || unfit.sql !== table.table.schema.sql) continue;
    const touched = summary.has(table.id) || unfit.mayFit;
    if (!touched || await conflictPersists(snapshot, table.table, unfit.conflict)) still.set(folded, { mayFit: false });
    else if (Date.now() < restUntilMs(unfit)) still.set(folded, { mayFit: true });
  }
  return still;
}
