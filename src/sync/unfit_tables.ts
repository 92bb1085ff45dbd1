import { foldName } from "../sql/mod.ts";
import type { MirrorState, UnfitTable } from "../types/mod.ts";
import type { ClassConflict } from "./infer_classes.ts";
import type { Absence } from "./mirror_contents.ts";

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
