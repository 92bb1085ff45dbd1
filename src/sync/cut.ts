import type { CapturedSchema, CapturedTable, ChangeSource } from "../cdc/mod.ts";
import { invariant } from "../errors/mod.ts";
import type { OlapBackend, OlapTransaction } from "../olap/mod.ts";
import { ColumnMisfit, type OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { MirrorState, MirrorTable, TableHistory } from "../types/mod.ts";
import type { CutPlan, TableStep } from "./cut_plan.ts";
import type { HistoryPlan } from "./history/history_context.ts";
import { writeHistory } from "./history/history_cut.ts";
import type { HistoryClass } from "./history/history_layout.ts";
import type { HistoryValue } from "./history/history_value.ts";
import { HistoryOutgrown } from "./history/table_feed.ts";
import { widenHistory, widerClasses } from "./history/widen_history.ts";
import { type Absence, type MirrorContents, type NewestVersion, NO_CONTENTS } from "./mirror_contents.ts";
import type { SyncProgress, TableReport } from "./sync_report.ts";
import { countRows, loadTable, transferChanges } from "./table_transfer.ts";
import { keptUnfit } from "./unfit_tables.ts";

/** What a cut works with: one snapshot of the source, and the mirror as it was. */
export interface CutContext {
  readonly snapshot: OltpSnapshot;
  /** `null` where there is no log: then no step is a `change`. */
  readonly source: ChangeSource | null;
  readonly olap: OlapBackend;
  readonly contents: MirrorContents;
  readonly plan: CutPlan;
  readonly views: ReadonlyMap<string, string>;
  /** The state to store with the data; its watermark is the snapshot's newest change. */
  readonly state: MirrorState;
  /** The watermark the changes begin after. */
  readonly from: number;
  /** What is to become of histories; `null` where there can be none. */
  readonly history: HistoryFacts | null;
  readonly batchRows: number;
  /** Abandons the cut. */
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: SyncProgress) => void) | undefined;
}

/** What a cut left behind. */
export interface CutResult {
  readonly contents: MirrorContents;
  readonly tables: readonly TableReport[];
  /** What a user should know of histories. */
  readonly notices: readonly string[];
  /** Whether histories hold what the log does not give again: that has to be on disk before it can be relied on. */
  readonly isIrreplaceable: boolean;
}

/** What a cut is told of histories. */
export interface HistoryFacts extends Omit<HistoryPlan, "histories" | "beginnings"> {
  readonly captured: CapturedSchema;
}

/** What attempts that failed have found out. */
interface Findings {
  readonly steps: ReadonlyMap<string, TableStep>;
  readonly histories: ReadonlyMap<number, TableHistory>;
  /** See {@linkcode HistoryContext.classes}. */
  readonly classes: ReadonlyMap<number, ReadonlyMap<string, HistoryClass>>;
  /** Values met that outgrew the columns of histories, by table id. */
  readonly met: ReadonlyMap<number, MetValues>;
}

/** Values met in several attempts: by position of a column in the history as committed, and by folded name of one it does not have yet. */
interface MetValues {
  readonly kept: ReadonlyMap<number, readonly HistoryValue[]>;
  readonly added: ReadonlyMap<string, readonly HistoryValue[]>;
}

/** A table whose values outgrew their columns: it has to be loaded instead. */
class Outgrown extends Error {
  readonly folded: string;

  constructor(folded: string, cause: ColumnMisfit) {
    super(cause.message, { cause });
    this.folded = folded;
  }
}

/**
 * Moves the mirror to the snapshot's state in one transaction of the backend. When it throws, the mirror stayed as it was, unless a
 * failing commit leaves that open: the caller must ask the backend before it goes on.
 */
export async function performCut(context: CutContext): Promise<CutResult> {
  if (isNothingNew(context)) {
    return { contents: { ...context.contents, views: context.views }, tables: [], notices: [], isIrreplaceable: false };
  }
  let findings: Findings = {
    steps: context.plan.steps,
    histories: context.contents.history,
    classes: new Map(),
    met: new Map(),
  };
  while (true) {
    const transaction = await context.olap.begin();
    let result: CutResult | null = null;
    try {
      result = await writeSteps(context, findings, transaction);
      const { state } = result.contents;
      invariant(state, "a cut leads to a state");
      await transaction.commit(state);
      return result;
    } catch (error) {
      await rollBack(transaction, error);
      if (result !== null && await isCommitted(context)) return result;
      findings = await learn(context, findings, error);
    }
  }
}

/** Whether the mirror holds this very state already, as it does when a process opens it and nothing was written since the last one. */
function isNothingNew({ contents, plan, state, source, history }: CutContext): boolean {
  const held = contents.state;
  if (held === null || contents.history.size > 0 || held.unfit?.length) return false;
  if (history !== null && source !== null && history.captured.level !== "keys") return false;
  return held.formatVersion === state.formatVersion && held.databaseId === state.databaseId &&
    held.watermark === state.watermark && held.token === state.token && held.schemaVersion === state.schemaVersion &&
    plan.drops.length === 0 && contents.absences.size === 0 &&
    plan.steps.values().every(({ kind }) => kind === "keep");
}

/** What to do otherwise after an attempt that failed. @throws The error, where there is nothing. */
async function learn(context: CutContext, findings: Findings, error: unknown): Promise<Findings> {
  if (error instanceof Outgrown) return { ...findings, steps: asLoad(findings.steps, error.folded) };
  if (!(error instanceof HistoryOutgrown)) throw error;
  const { tableId, formerId } = error;
  const met = findings.met.get(tableId);
  const kept = joined(met?.kept, error.kept);
  const added = joined(met?.added, error.added);
  const histories = new Map(findings.histories);
  const history = histories.get(formerId);
  const { state } = context.contents;
  if (error.kept.size > 0 && history !== undefined && state !== null) {
    histories.set(formerId, await widenHistory(context.olap, history, kept, state));
  }
  const chosen = new Map([...added].map(([folded, values]) => [folded, widerClasses(null, values)[0] ?? "encoded"]));
  return {
    ...findings,
    histories,
    classes: new Map(findings.classes).set(tableId, chosen),
    met: new Map(findings.met).set(tableId, { kept, added }),
  };
}

function joined<K>(
  before: ReadonlyMap<K, readonly HistoryValue[]> | undefined,
  now: ReadonlyMap<K, HistoryValue>,
): Map<K, readonly HistoryValue[]> {
  const all = new Map(before);
  for (const [key, value] of now) all.set(key, [...all.get(key) ?? [], value]);
  return all;
}

/** Whether a commit that failed was done all the same. */
async function isCommitted({ olap, contents, state }: CutContext): Promise<boolean> {
  const { token: oldToken, schemaVersion: oldVersion } = contents.state ?? { token: "", schemaVersion: -1 };
  // A table read anew at an unchanged state leaves no trace in the state.
  if (oldToken === state.token && oldVersion === state.schemaVersion) return false;
  const held = await olap.state();
  return held?.state.token === state.token && held.state.schemaVersion === state.schemaVersion;
}

function asLoad(steps: ReadonlyMap<string, TableStep>, folded: string): ReadonlyMap<string, TableStep> {
  const step = steps.get(folded);
  if (step?.kind !== "change") return steps;
  return new Map(steps).set(folded, { kind: "load", captured: step.captured });
}

async function rollBack(transaction: OlapTransaction, error: unknown): Promise<void> {
  try {
    await transaction.rollback();
  } catch (rollbackError) {
    // After a failed commit the transaction may be gone; the first failure says more.
    if (error instanceof Outgrown || error instanceof HistoryOutgrown) throw rollbackError;
  }
}

async function writeSteps(
  context: CutContext,
  { steps, histories, classes }: Findings,
  transaction: OlapTransaction,
): Promise<CutResult> {
  const tables = new Map<string, MirrorTable>();
  const absences = new Map<string, Absence>();
  const reports: TableReport[] = [];
  for (const name of context.plan.drops) {
    await transaction.dropTable(name);
    if (!steps.has(foldName(name))) reports.push({ name, action: "dropped", rows: 0 });
  }
  const progress = await loadProgress(context);
  for (const [folded, step] of steps) {
    switch (step.kind) {
      case "keep":
        tables.set(folded, step.mirror);
        break;
      case "absent":
        absences.set(folded, step.absence);
        break;
      case "load": {
        const outcome = await load(context, transaction, step.captured, progress);
        reports.push(outcome.report);
        if (outcome.mirror) tables.set(folded, outcome.mirror);
        else if (outcome.absence) absences.set(folded, outcome.absence);
        break;
      }
      case "change":
        tables.set(folded, step.mirror);
        reports.push(await change(context, transaction, folded, step));
        break;
    }
  }
  const outcome = await writeVersions(context, transaction, tables, histories, classes);
  const unfit = keptUnfit(absences);
  const state = unfit.length === 0 ? outcome.state : { ...outcome.state, unfit };
  const { histories: history, beginnings, newest, notices, isIrreplaceable } = outcome;
  const contents = { state, tables, history, beginnings, newest, absences, views: context.views };
  return { contents, tables: reports, notices, isIrreplaceable };
}

/** See {@linkcode CutResult}. */
interface HistoryResult extends Pick<CutResult, "notices" | "isIrreplaceable"> {
  readonly histories: Findings["histories"];
  readonly beginnings: MirrorContents["beginnings"];
  readonly newest: NewestVersion;
  readonly state: MirrorState;
}

/** The histories after the cut, and the state that tells how far they reach. */
async function writeVersions(
  context: CutContext,
  transaction: OlapTransaction,
  mirrors: ReadonlyMap<string, MirrorTable>,
  histories: Findings["histories"],
  classes: Findings["classes"],
): Promise<HistoryResult> {
  const { history, source, state } = context;
  if (history === null || source === null || (history.captured.level === "keys" && histories.size === 0)) {
    return { histories, beginnings: new Map(), newest: NO_CONTENTS.newest, state, notices: [], isIrreplaceable: false };
  }
  const outcome = await writeHistory({
    ...context,
    plan: { ...history, histories, beginnings: context.contents.beginnings },
    captured: history.captured,
    source,
    transaction,
    mirrors,
    classes,
    newest: context.contents.newest,
  });
  return {
    ...outcome,
    state: {
      ...state,
      historyTime: outcome.newest.time,
      historyVersion: outcome.newest.version,
      historyBeginnings: [...outcome.beginnings.values()],
    },
  };
}

async function change(
  context: CutContext,
  transaction: OlapTransaction,
  folded: string,
  step: TableStep & { kind: "change" },
): Promise<TableReport> {
  const { captured, mirror, changes } = step;
  const part = {
    captured,
    mirror,
    range: { from: context.from, to: context.state.watermark },
    changes: changes.changes,
    removals: changes.deletions || captured.replaces,
  };
  invariant(context.source, "a step that changes a table has a source");
  try {
    const count = await transferChanges({ ...context, transaction }, context.source, part);
    return { name: step.mirror.name, action: "changed", rows: count.upserts + count.deletes };
  } catch (error) {
    if (error instanceof ColumnMisfit) throw new Outgrown(folded, error);
    throw error;
  }
}

interface LoadResult {
  readonly report: TableReport;
  readonly mirror?: MirrorTable;
  readonly absence?: Absence;
}

async function load(
  context: CutContext,
  transaction: OlapTransaction,
  captured: CapturedTable,
  progress: LoadProgress,
): Promise<LoadResult> {
  const { name, sql } = captured.table.schema;
  const former = context.contents.tables.get(foldName(name));
  // A table renamed only in the case of its letters would leave its old self behind.
  if (former !== undefined && former.name !== name) await transaction.dropTable(former.name);
  const startedMs = performance.now();
  const outcome = await loadTable({ ...context, transaction }, captured.table, (rows) => progress.add(name, rows));
  progress.endTable();
  if (outcome.kind === "loaded") {
    return { report: { name, action: "loaded", rows: outcome.rows }, mirror: outcome.table };
  }
  const nowMs = Date.now();
  const { conflict } = outcome;
  const sinceMs = context.contents.absences.get(foldName(name))?.sinceMs ?? nowMs;
  const unfit = { sql, conflict, examinedMs: nowMs, examinationMs: performance.now() - startedMs, mayFit: false };
  return {
    report: { name, action: "absent", rows: 0, reason: conflict.reason },
    absence: { name, reason: conflict.reason, untracked: false, sinceMs, unfit },
  };
}

interface LoadProgress {
  add(table: string, rows: number): void;
  endTable(): void;
}

/** Counts rows only when someone watches. */
async function loadProgress(context: CutContext): Promise<LoadProgress> {
  const { onProgress } = context;
  if (onProgress === undefined) return { add: () => {}, endTable: () => {} };
  const loads = [...context.plan.steps.values()].filter((step) => step.kind === "load");
  let rowsTotal = 0;
  for (const step of loads) rowsTotal += await countRows(context.snapshot, step.captured.table);
  let rowsDone = 0;
  let tablesDone = 0;
  return {
    add: (table, rows) => {
      rowsDone += rows;
      onProgress({ table, rowsDone: Math.min(rowsDone, rowsTotal), rowsTotal, tablesDone, tablesTotal: loads.length });
    },
    endTable: () => {
      tablesDone++;
    },
  };
}
