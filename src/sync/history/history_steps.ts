import { type CapturedTable, keyNames, type LayoutEvent, tableIdOfTrigger } from "../../cdc/mod.ts";
import { foldName } from "../../sql/mod.ts";
import type { TableHistory } from "../../types/mod.ts";
import type { HistoryContext } from "./history_context.ts";
import { type HistoryShape, reshape, shapeOf } from "./history_layout.ts";

/** What happens to one table's history in a cut. */
export type HistoryStep =
  /** Events alone tell what happened. */
  | {
    readonly kind: "follow";
    readonly former: TableHistory;
    /** `null` while its capture waits to be renewed. */
    readonly captured: CapturedTable | null;
  }
  /**
   * The rows are compared with the source after the events. `former` is `null` where history begins: then only a log that has been there
   * since the table was empty is heeded. It has another table id where the history is taken over from a table that is gone.
   */
  | {
    readonly kind: "compare";
    readonly former: TableHistory | null;
    readonly captured: CapturedTable;
    readonly events: readonly LayoutEvent[];
    /** Changes of the table count after this place of the log. */
    readonly heededAfter: number;
  }
  /** The table is another one under the same id: all its versions end after the events of the former, and those of the new one begin. */
  | {
    readonly kind: "replace";
    readonly former: TableHistory;
    readonly captured: CapturedTable;
    /** Those of the former table. */
    readonly events: readonly LayoutEvent[];
    /** Where in the log the other one came. */
    readonly heededBefore: number;
  }
  /** Nothing is added any more. */
  | { readonly kind: "end"; readonly former: TableHistory; readonly isDropped: boolean };

/** The id under which the history is committed. */
export function formerId({ former }: HistoryStep): number | null {
  return former?.open.history?.tableId ?? null;
}

/** Decides what happens to each table's history. */
export async function planSteps(
  context: HistoryContext,
): Promise<{ readonly steps: Map<number, HistoryStep>; readonly notices: readonly string[] }> {
  const { plan, captured } = context;
  const steps = new Map<number, HistoryStep>();
  const isTemporal = captured.level === "images";
  const living = new Set<number>();
  const reshaped: CapturedTable[] = [];
  for (const table of isTemporal ? captured.captured.values() : []) {
    living.add(table.id);
    const former = plan.histories.get(table.id) ?? null;
    if (former === null || !former.open.history?.live) {
      steps.set(table.id, { kind: "compare", former, captured: table, events: [], heededAfter: 0 });
    } else if (!sameDeclaration(former, table)) {
      reshaped.push(table);
    } else if (plan.suspects.has(table.id)) {
      steps.set(table.id, { kind: "compare", former, captured: table, events: [], heededAfter: 0 });
    } else if (plan.changed.has(table.id)) {
      steps.set(table.id, { kind: "follow", former, captured: table });
    }
  }
  const isNew = (step: HistoryStep) => step.kind === "compare" && step.former === null;
  const needsLayouts = reshaped.length > 0 || [...steps.values()].some(isNew);
  const { layouts, lastChanges, firstReloads } = needsLayouts ? await layoutEvents(context) : NO_LAYOUTS;
  const notices: string[] = [];
  const adopted = new Set<number>();
  for (const [id, step] of steps) {
    if (step.kind !== "compare" || step.former !== null) continue;
    const former = formerOf(context, step.captured, living);
    const ids = [id, former?.open.history?.tableId];
    const events = layouts.filter((event) => ids.includes(event.tableId));
    if (former === null) {
      steps.set(id, { ...step, events });
    } else if (keepsKey(former, step.captured, events)) {
      adopted.add(former.open.history!.tableId);
      const heededAfter = lastChanges.get(former.open.history!.tableId) ?? 0;
      steps.set(id, { ...step, former, events, heededAfter });
    } else {
      steps.set(id, { ...step, events });
      const { name } = step.captured.table.schema;
      notices.push(
        `"${name}" has another key than the table of that name before it: a new history begins, and hides the old`,
      );
    }
  }
  for (const table of reshaped) {
    const former = plan.histories.get(table.id)!;
    const events = layouts.filter((event) => event.tableId === table.id);
    if (keepsKey(former, table, events)) {
      steps.set(table.id, { kind: "compare", former, captured: table, events, heededAfter: 0 });
      continue;
    }
    const heededBefore = keyChange(former, events) ?? firstReloads.get(table.id) ?? Infinity;
    const ofFormer = events.filter(({ seq }) => seq < heededBefore);
    steps.set(table.id, { kind: "replace", former, captured: table, events: ofFormer, heededBefore });
  }
  for (const [id, former] of plan.histories) {
    if (living.has(id) || adopted.has(id) || !former.open.history?.live) continue;
    const fate = fateOf(context, id, former.open.history.of);
    if (fate !== "waits") steps.set(id, { kind: "end", former, isDropped: fate === "dropped" });
    else if (plan.changed.has(id)) steps.set(id, { kind: "follow", former, captured: null });
  }
  return { steps, notices };
}

/** The newest history of a table's name whose own table is gone. */
function formerOf(
  context: HistoryContext,
  { table }: CapturedTable,
  living: ReadonlySet<number>,
): TableHistory | null {
  const { histories, ends } = context.plan;
  const folded = foldName(table.schema.name);
  let newest: TableHistory | null = null;
  for (const [id, former] of histories) {
    const part = former.open.history;
    if (part === undefined || foldName(part.of) !== folded || living.has(id) || ends.get(id) === "discard") continue;
    if (part.live && fateOf(context, id, part.of) === "waits") continue;
    if (part.live) return former;
    if (newest === null || id > newest.open.history!.tableId) newest = former;
  }
  return newest;
}

function keepsKey(former: TableHistory, { table }: CapturedTable, events: readonly LayoutEvent[]): boolean {
  const renamed = renamesAfter(events, 0);
  const before = shapeOf(former);
  return former.open.source.key.kind === table.schema.key.kind &&
    keysAgree(before, reshape(before, table, renamed).shape, renamed);
}

/** What became of a table that is not captured as things stand. One whose capture waits to be renewed is followed on. */
function fateOf({ captured, plan }: HistoryContext, id: number, name: string): "waits" | "dropped" | "untracked" {
  const { source, absent, level } = captured;
  const folded = foldName(name);
  const absence = absent.get(folded);
  const bearsTriggers = [...source.triggers.values()].some((trigger) => tableIdOfTrigger(trigger.name) === id);
  const exists = source.tables.has(folded) || source.untrackable.has(folded);
  if (level === "images" && !plan.ends.has(id)) {
    if (bearsTriggers || (source.tables.has(folded) && absence?.untracked === false)) return "waits";
  }
  return exists || bearsTriggers ? "untracked" : "dropped";
}

/** Whether a history was made from the table as it is declared now. */
export function sameDeclaration({ open }: TableHistory, { table }: CapturedTable): boolean {
  return open.source.sql === table.schema.sql && open.history?.of === table.schema.name &&
    JSON.stringify(open.source.key) === JSON.stringify(table.schema.key);
}

/** Where in the log a table's key has other columns for the first time; `null` where it is only kept otherwise. */
function keyChange({ open }: TableHistory, events: readonly LayoutEvent[]): number | null {
  let names = keyNames(open.source.key).map(foldName);
  for (const { seq, key, renamed } of events) {
    const now = new Map([...renamed].map(([from, to]) => [foldName(from), foldName(to)]));
    names = names.map((name) => now.get(name) ?? name);
    if (key.length !== names.length || key.some((name, at) => foldName(name) !== names[at])) return seq;
  }
  return null;
}

function keysAgree(before: HistoryShape, after: HistoryShape, renamed: ReadonlyMap<string, string>): boolean {
  return before.keyColumns.length === after.keyColumns.length && before.keyColumns.every((key, at) => {
    const folded = foldName(key);
    return (renamed.get(folded) ?? folded) === foldName(after.keyColumns[at]!);
  });
}

/** What has to be known of a range before its events are applied. */
interface RangeLayouts {
  readonly layouts: readonly LayoutEvent[];
  /** Where the last change of each table lies, by table id. */
  readonly lastChanges: ReadonlyMap<number, number>;
  /** Where capture of a table was renewed for the first time, by table id. */
  readonly firstReloads: ReadonlyMap<number, number>;
}

const NO_LAYOUTS: RangeLayouts = { layouts: [], lastChanges: new Map(), firstReloads: new Map() };

async function layoutEvents({ source, snapshot, plan, batchRows }: HistoryContext): Promise<RangeLayouts> {
  if (plan.range.to <= plan.range.from) return NO_LAYOUTS;
  const layouts: LayoutEvent[] = [];
  const lastChanges = new Map<number, number>();
  const firstReloads = new Map<number, number>();
  for await (const batch of source.events(snapshot, plan.range, batchRows)) {
    for (const event of batch) {
      if (event.kind === "layout") layouts.push(event);
      else if (event.kind === "row") lastChanges.set(event.tableId, event.seq);
      if (event.kind !== "layout" && event.kind !== "reload") continue;
      if (!firstReloads.has(event.tableId)) firstReloads.set(event.tableId, event.seq);
    }
  }
  return { layouts, lastChanges, firstReloads };
}

/** Folded names as they were after a place of the log, to what renamings later in the range made of them. */
export function renamesAfter(events: readonly LayoutEvent[], seq: number): ReadonlyMap<string, string> {
  let names = new Map<string, string>();
  for (const event of events) {
    if (event.seq <= seq || event.renamed.size === 0) continue;
    const step = new Map([...event.renamed].map(([from, to]) => [foldName(from), foldName(to)]));
    const next = new Map([...names].map(([first, last]) => [first, step.get(last) ?? last]));
    for (const [from, to] of step) if (!names.has(from)) next.set(from, to);
    names = next;
  }
  return names;
}
