import type { CapturedSchema, CapturedTable, SourceTable, TableChanges } from "../cdc/mod.ts";
import type { MirrorTable } from "../types/mod.ts";
import type { Absence, MirrorContents } from "./mirror_contents.ts";

/** A table's own part of a step from one committed state to the next. */
export type TableStep =
  | { readonly kind: "keep"; readonly mirror: MirrorTable }
  | {
    readonly kind: "change";
    readonly captured: CapturedTable;
    readonly mirror: MirrorTable;
    readonly changes: TableChanges;
  }
  | { readonly kind: "load"; readonly captured: CapturedTable }
  | { readonly kind: "absent"; readonly absence: Absence };

/** All a step does; `steps` by folded name. */
export interface CutPlan {
  readonly steps: ReadonlyMap<string, TableStep>;
  /** Names of mirror tables to drop. */
  readonly drops: readonly string[];
}

/** What the plan is made from. */
export interface CutFacts {
  readonly contents: MirrorContents;
  readonly captured: CapturedSchema;
  readonly summary: ReadonlyMap<number, TableChanges>;
  /** Folded names of tables to read anew, whatever the log says. */
  readonly reload: ReadonlySet<string>;
  /** Unfit tables, by folded name, that are still unfit or not to be looked at yet; the latter may fit. */
  readonly stillUnfit: ReadonlyMap<string, { readonly mayFit: boolean }>;
  readonly nowMs: number;
}

/** Whether a mirror table was made from the table as it is declared now. */
export function isSameDeclaration(mirror: MirrorTable, table: SourceTable): boolean {
  return mirror.name === table.schema.name && mirror.source.sql === table.schema.sql &&
    JSON.stringify(mirror.source.key) === JSON.stringify(table.schema.key);
}

/** Decides for every table of the source how it gets from the mirror's state to the snapshot's. */
export function planCut(facts: CutFacts): CutPlan {
  const { contents, captured, nowMs } = facts;
  const steps = new Map<string, TableStep>();
  for (const [folded, table] of captured.captured) steps.set(folded, stepOf(facts, folded, table));
  for (const [folded, { name, reason, untracked }] of captured.absent) {
    const former = contents.absences.get(folded);
    const sinceMs = contents.tables.has(folded) ? nowMs : former?.sinceMs ?? null;
    steps.set(folded, { kind: "absent", absence: { name, reason, untracked, sinceMs, unfit: null } });
  }
  const drops = [...contents.tables].filter(([folded]) => {
    const step = steps.get(folded);
    return step === undefined || step.kind === "absent";
  }).map(([, table]) => table.name);
  return { steps, drops };
}

function stepOf(facts: CutFacts, folded: string, captured: CapturedTable): TableStep {
  const changes = facts.summary.get(captured.id);
  if (facts.reload.has(folded) || changes?.reload) return { kind: "load", captured };
  const absence = facts.contents.absences.get(folded);
  const still = facts.stillUnfit.get(folded);
  if (absence?.unfit && still) {
    return { kind: "absent", absence: { ...absence, unfit: { ...absence.unfit, mayFit: still.mayFit } } };
  }
  const mirror = facts.contents.tables.get(folded);
  if (mirror === undefined || !isSameDeclaration(mirror, captured.table)) return { kind: "load", captured };
  return changes === undefined ? { kind: "keep", mirror } : { kind: "change", captured, mirror, changes };
}
