import {
  type CapturedSchema,
  type CapturedTable,
  type ChangeSource,
  keyNames,
  type LayoutEvent,
  type LogRange,
  tableIdOfTrigger,
} from "../../cdc/mod.ts";
import type { OlapBackend, OlapTransaction } from "../../olap/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import { foldName } from "../../sql/mod.ts";
import type { HistoryBeginning, MirrorTable, TableHistory } from "../../types/mod.ts";
import { applyEvents } from "./apply_events.ts";
import { copyClosed } from "./copy_closed.ts";
import { loadOpen } from "./load_open.ts";
import {
  type HistoryClass,
  type HistoryShape,
  historyTables,
  newShape,
  positionNow,
  reshape,
  shapeOf,
} from "./history_layout.ts";
import type { NewestVersion } from "../mirror_contents.ts";
import { inferEach } from "../infer_classes.ts";
import { reconcile } from "./reconcile.ts";
import { sourceRowsInKeyOrder } from "./source_rows.ts";
import { sameColumns, TableFeed, VersionNumbers } from "./table_feed.ts";

/** What becomes of the history of a table that is captured no more. */
export type HistoryEnd = "keep" | "discard";

/** How a cut treats histories. */
export interface HistoryPlan {
  /** By table id, as committed. */
  readonly histories: ReadonlyMap<number, TableHistory>;
  /** Of those that are not whole from their table's first row on, by table id. */
  readonly beginnings: ReadonlyMap<number, HistoryBeginning>;
  /** Changes to apply; an empty range where the log cannot be trusted. */
  readonly range: LogRange;
  /** Ids of tables that have changes in the range. */
  readonly changed: ReadonlySet<number>;
  /** Ids of tables whose rows must be compared with the source, whatever the log says. */
  readonly suspects: ReadonlySet<number>;
  /** What was decided for histories that end; kept otherwise. */
  readonly ends: ReadonlyMap<number, HistoryEnd>;
  /** Time of the cut, for changes that no event tells: nothing that was committed later is earlier. In µs since 1970. */
  readonly now: number;
  /** When the source had been read, in µs since 1970: no event of the range is later. */
  readonly latest: number;
}

/** What it works with. */
export interface HistoryContext {
  readonly plan: HistoryPlan;
  readonly captured: CapturedSchema;
  readonly snapshot: OltpSnapshot;
  readonly source: ChangeSource;
  readonly olap: OlapBackend;
  readonly transaction: OlapTransaction;
  /** The tables of the mirror after the cut, by folded name: their values are known to fit classes. */
  readonly mirrors: ReadonlyMap<string, MirrorTable>;
  /** Classes of columns that history does not have yet, by table id and folded name, where those first chosen did not do. */
  readonly classes: ReadonlyMap<number, ReadonlyMap<string, HistoryClass>>;
  /** Before the cut. */
  readonly newest: NewestVersion;
  readonly batchRows: number;
  readonly signal: AbortSignal;
}

/** What it left behind. */
export interface HistoryOutcome {
  readonly histories: ReadonlyMap<number, TableHistory>;
  readonly beginnings: ReadonlyMap<number, HistoryBeginning>;
  readonly newest: NewestVersion;
  /** Whether it holds what the log does not give again. */
  readonly isIrreplaceable: boolean;
  /** What a user should know. */
  readonly notices: readonly string[];
}

/** What happens to one table's history in a cut. */
type HistoryStep =
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

/** Writes the versions of a cut, in the transaction of the mirror that also moves the tables. */
export async function writeHistory(context: HistoryContext): Promise<HistoryOutcome> {
  const { plan, transaction } = context;
  const histories = new Map(plan.histories);
  const beginnings = new Map(plan.beginnings);
  const { steps, notices } = await planSteps(context);
  for (const [id, decision] of plan.ends) {
    const former = histories.get(id);
    if (former === undefined || decision === "keep" || steps.get(id)?.kind === "follow") continue;
    await transaction.dropTable(former.open.name);
    await transaction.dropTable(former.closed.name);
    histories.delete(id);
    beginnings.delete(id);
    steps.delete(id);
  }
  const numbers = new VersionNumbers(context.newest.version);
  const feeds = new Map<number, TableFeed>();
  for (const [id, step] of steps) {
    const feed = await openFeed(context, step, numbers);
    feeds.set(id, feed);
    histories.set(id, feed.tables);
  }
  const followed = new Map<number, TableFeed>();
  for (const [id, feed] of feeds) {
    const step = steps.get(id)!;
    followed.set(id, feed);
    followed.set(formerId(step) ?? id, feed);
  }
  let lastTime = context.newest.time;
  if (followed.size > 0 && plan.range.to > plan.range.from) {
    lastTime = await applyEvents({ ...context, range: plan.range, latest: plan.latest }, followed, lastTime);
  }
  const time = Math.max(plan.now, lastTime + 1);
  let isIrreplaceable = false;
  for (const [id, feed] of feeds) {
    const step = steps.get(id)!;
    if (await finish(context, step, feed, time)) {
      lastTime = time;
      isIrreplaceable = true;
    }
    const beginsLate = step.kind === "compare" && step.former === null && !feed.hasBegun;
    if (beginsLate) beginnings.set(id, { tableId: id, time, cause: "found" });
    const former = formerId(step);
    if (former === null || former === id) continue;
    const beginning = beginnings.get(former);
    if (beginning !== undefined) beginnings.set(id, { ...beginning, tableId: id });
    beginnings.delete(former);
    await transaction.dropTable(step.former!.open.name);
    await transaction.dropTable(step.former!.closed.name);
    histories.delete(former);
  }
  const newest = { time: lastTime, version: numbers.last };
  return { histories, beginnings, newest, isIrreplaceable, notices };
}

/** The id under which the history is committed. */
function formerId({ former }: HistoryStep): number | null {
  return former?.open.history?.tableId ?? null;
}

async function planSteps(
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
function sameDeclaration({ open }: TableHistory, { table }: CapturedTable): boolean {
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

/** Readies a table's parts for what is to come. */
async function openFeed(context: HistoryContext, step: HistoryStep, numbers: VersionNumbers): Promise<TableFeed> {
  const { plan, snapshot, source, transaction } = context;
  const former = step.former;
  const { shape, sources } = await shapeAfter(context, step);
  const key = step.kind === "compare" || step.kind === "replace"
    ? step.captured.table.schema.key
    : step.former.open.source.key;
  const tables = historyTables(shape, key);
  const isSame = former !== null && former.closed.name === tables.closed.name &&
    sameColumns(former.closed, tables.closed);
  const closed = isSame ? former.closed : tables.closed;
  if (!isSame) {
    await transaction.createTable(closed);
    if (former !== null) await copyClosed(context, former, shape, sources, closed);
  }
  const open = step.kind === "follow" ? step.former.open : tables.open;
  const events = step.kind === "compare" || step.kind === "replace" ? step.events : [];
  const feed = new TableFeed(
    {
      former,
      shape,
      sources,
      added: addedColumns(shape, former === null ? firstColumns(shape, events) : sources),
      // What the table is called now is what those of the one before it have become.
      renamesAfter: (seq, id) =>
        renamesAfter(id === shape.tableId ? events.filter(({ tableId }) => tableId === id) : events, seq),
      heededAfter: step.kind === "compare" ? step.heededAfter : 0,
      heededBefore: step.kind === "replace" ? step.heededBefore : Infinity,
      keyPositions: step.kind === "replace" ? formerKey(step.former, sources) : presentColumns(shape, shape.keyColumns),
    },
    { open, closed },
    numbers,
    transaction,
  );
  if (former !== null && plan.range.to > plan.range.from) {
    for (const id of new Set([formerId(step)!, shape.tableId])) {
      feed.setLayout(id, await source.layoutBefore(snapshot, id, plan.range.from), plan.range.from);
    }
  }
  return feed;
}

/** @param sources For each column where it came from, or -1. */
function addedColumns({ columns }: HistoryShape, sources: readonly number[]): number[] {
  return columns.flatMap(({ present }, at) => present && sources[at]! < 0 ? at : []);
}

/** For each column of a table that is new since the last cut, its position in the first layout of its images, or -1. */
function firstColumns({ tableId, columns }: HistoryShape, events: readonly LayoutEvent[]): number[] {
  const own = events.filter((event) => event.tableId === tableId);
  const [first] = own;
  if (first === undefined) return columns.map((_, at) => at);
  const renamed = renamesAfter(own, first.seq);
  return columns.map(({ name, schema }, at) => schema === null ? at : positionNow(first.columns, renamed, name));
}

function presentColumns({ columns }: HistoryShape, names: readonly string[]): number[] {
  return names.map((key) => columns.findIndex(({ name, present }) => present && name === key));
}

/** Where the key of a former table lies in the shape of the one that has replaced it. */
function formerKey(former: TableHistory, sources: readonly number[]): number[] {
  const before = shapeOf(former);
  return presentColumns(before, before.keyColumns).map((position) => sources.indexOf(position));
}

interface ShapeAfter {
  readonly shape: HistoryShape;
  readonly sources: readonly number[];
}

async function shapeAfter(context: HistoryContext, step: HistoryStep): Promise<ShapeAfter> {
  switch (step.kind) {
    case "follow": {
      const shape = shapeOf(step.former);
      return { shape, sources: [...shape.columns.keys()] };
    }
    case "end": {
      const shape = shapeOf(step.former);
      return { shape: { ...shape, live: false }, sources: [...shape.columns.keys()] };
    }
    case "compare":
    case "replace": {
      const fresh = newShape(step.captured.id, step.captured.table, await firstClasses(context, step.captured));
      if (step.former === null) return { shape: fresh, sources: fresh.columns.map(() => -1) };
      const { shape, sources } = reshape(shapeOf(step.former), step.captured.table, renamesAfter(step.events, 0));
      const added = new Map(fresh.columns.map((column) => [column.name, column.class]));
      const columns = shape.columns.map((column, at) =>
        sources[at]! < 0 ? { ...column, class: added.get(column.name) ?? column.class } : column
      );
      return { shape: { ...shape, tableId: step.captured.id, columns }, sources };
    }
  }
}

/** Classes for columns that history does not have yet: those of the mirror, where the table is in it. */
async function firstClasses(
  { mirrors, classes, snapshot }: HistoryContext,
  { id, table }: CapturedTable,
): Promise<HistoryClass[]> {
  const { name, columns } = table.schema;
  const mirror = mirrors.get(foldName(name));
  const inMirror = new Map(mirror?.columns.map((column) => [column.name, column.class]));
  const seen = mirror === undefined ? await inferEach(snapshot, table) : [];
  const chosen = classes.get(id);
  return columns.map((column, at) =>
    chosen?.get(foldName(column.name)) ?? inMirror.get(column.name) ?? seen[at] ?? "encoded"
  );
}

/**
 * Writes the living versions. Those that a comparison with the source tells have the cut's own time.
 *
 * @returns Whether there are such.
 */
async function finish(context: HistoryContext, step: HistoryStep, feed: TableFeed, time: number): Promise<boolean> {
  const { transaction, batchRows, olap, signal } = context;
  const common = { feed, olap, time, batchRows, signal };
  switch (step.kind) {
    case "follow":
      if (feed.isUncertain && step.captured !== null) {
        const rows = sourceRows(context, step.captured);
        return await reconcile({ ...common, rows, mode: "change", deletes: true });
      }
      await feed.writeChanges(batchRows);
      return false;
    case "end":
      await transaction.createTable(feed.tables.open);
      await reconcile({ ...common, rows: null, mode: "replace", deletes: step.isDropped });
      return true;
    case "replace": {
      await transaction.createTable(feed.tables.open);
      await reconcile({ ...common, rows: null, mode: "replace", deletes: true });
      await beginVersions(context, step.captured, feed, time);
      return true;
    }
    case "compare": {
      const { former } = step;
      if (former === null) {
        await transaction.createTable(feed.tables.open);
        const rows = sourceRows(context, step.captured);
        if (feed.hasBegun) {
          return await reconcile({ ...common, rows, mode: "replace", deletes: true });
        }
        await beginVersions(context, step.captured, feed, time);
        return true;
      }
      const isSame = former.open.name === feed.tables.open.name &&
        sameColumns(former.open, feed.tables.open) && sameDeclaration(former, step.captured) &&
        former.open.history?.live === true;
      if (!isSame) await transaction.createTable(feed.tables.open);
      const rows = sourceRows(context, step.captured);
      return await reconcile({ ...common, rows, mode: isSame ? "change" : "replace", deletes: true });
    }
  }
}

function sourceRows({ snapshot, mirrors, batchRows }: HistoryContext, { table }: CapturedTable) {
  return sourceRowsInKeyOrder(snapshot, table, mirrors.has(foldName(table.schema.name)), batchRows);
}

/** Gives every row of the source its first version. */
async function beginVersions(
  context: HistoryContext,
  { table }: CapturedTable,
  feed: TableFeed,
  time: number,
): Promise<void> {
  const mirror = context.mirrors.get(foldName(table.schema.name)) ?? null;
  await loadOpen(context, table, mirror, feed, time);
}
