import type { CapturedTable, LayoutEvent } from "../../cdc/mod.ts";
import { foldName } from "../../sql/mod.ts";
import type { HistoryBeginning, TableHistory } from "../../types/mod.ts";
import { inferEach } from "../infer_classes.ts";
import type { NewestVersion } from "../mirror_contents.ts";
import { applyEvents } from "./apply_events.ts";
import { copyClosed } from "./copy_closed.ts";
import type { HistoryContext } from "./history_context.ts";
import {
  type HistoryClass,
  type HistoryShape,
  historyTables,
  newShape,
  positionNow,
  reshape,
  shapeOf,
} from "./history_layout.ts";
import { formerId, type HistoryStep, planSteps, renamesAfter, sameDeclaration } from "./history_steps.ts";
import { loadOpen } from "./load_open.ts";
import { reconcile } from "./reconcile.ts";
import { sourceRowsInKeyOrder } from "./source_rows.ts";
import { sameColumns, TableFeed, VersionNumbers } from "./table_feed.ts";

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
