import process from "node:process";
import { ActivityLog } from "./activity_totals.ts";
import { BoundedLabel, OTHER_LABEL } from "./bounded_label.ts";
import type {
  CacheName,
  EngineObserver,
  FigureSource,
  MirrorFigures,
  StatementObservation,
  SyncObservation,
  TableFigures,
} from "./engine_observer.ts";
import { type MetricStore, openMetricStore } from "./metric_store.ts";

/** Tables that have figures of their own; the others are summed up. */
const TABLES_MAX = 200;

/** Values of a label that rhei's own words make: far more than there are, far fewer than would hurt. */
const WORDS_MAX = 64;

/** Gauges that say how the mirror stands: gone when that cannot be told. */
const MIRROR_GAUGES = ["lagChanges", "lagSeconds", "logRows", "logBytes", "tables", "tableRows", "tableBytes"] as const;

/** Counts what it hears, and shows it with the mirror's figures. */
export class EngineMetrics implements EngineObserver {
  /** The same in plain numbers, for a dashboard. */
  readonly activity = new ActivityLog();
  readonly #store: MetricStore;
  readonly #words = new Map<string, BoundedLabel>();
  /** Shows end one after the other: what one has read must not be cleared by the next. */
  #showing: Promise<unknown> = Promise.resolve();

  private constructor(store: MetricStore) {
    this.#store = store;
    // A first failure must show as an increase.
    for (const outcome of ["ok", "failed"]) store.add("syncs", { outcome }, 0);
  }

  /** Loads what counting needs, about 40 ms of work that nobody else pays for. */
  static async open(): Promise<EngineMetrics> {
    return new EngineMetrics(await openMetricStore());
  }

  statement(observation: StatementObservation): void {
    this.activity.statement(observation);
    const { kind, route, engine, outcome, durationMs } = observation;
    const ok = outcome === "ok";
    const shownKind = this.#word("kind", kind);
    this.#store.add("statements", { kind: shownKind, route, engine, outcome: ok ? "ok" : "failed" });
    if (ok) this.#store.observe("statementSeconds", { kind: shownKind, engine }, durationMs / 1_000);
    else this.#store.add("errors", { code: this.#word("code", outcome) });
  }

  routed(target: "oltp" | "olap", rule: string): void {
    this.#store.add("routed", { target, reason: this.#word("reason", rule) });
  }

  declined(cause: string): void {
    this.activity.declined();
    this.#store.add("declined", { cause: this.#word("cause", cause) });
  }

  waited(durationMs: number): void {
    this.#store.observe("waitSeconds", {}, durationMs / 1_000);
  }

  cacheUsed(cache: CacheName, hit: boolean): void {
    this.#store.add("cache", { cache, result: hit ? "hit" : "miss" });
  }

  synced(observation: SyncObservation): void {
    this.activity.synced(observation);
    const { changes, tables, durationMs } = observation;
    this.#store.add("syncs", { outcome: "ok" });
    this.#store.set("syncLastSuccess", {}, Date.now() / 1_000);
    if (tables.length === 0) return;
    this.#store.observe("syncSeconds", {}, durationMs / 1_000);
    this.#store.add("applied", {}, changes);
    for (const { action, rows } of tables) {
      if (rows > 0) this.#store.add("syncRows", { action: this.#word("action", action) }, rows);
    }
  }

  syncFailed(code: string): void {
    this.activity.syncFailed();
    this.#store.add("syncs", { outcome: "failed" });
    this.#store.add("syncErrors", { code: this.#word("code", code) });
  }

  /** All metrics in Prometheus's text format, the mirror's figures as of now. */
  text(source: FigureSource): Promise<string> {
    const text = this.#showing.then(() => this.#text(source));
    // Its caller hears of a failure.
    this.#showing = text.catch(() => {});
    return text;
  }

  async #text(source: FigureSource): Promise<string> {
    const store = this.#store;
    for (const gauge of MIRROR_GAUGES) store.clear(gauge);
    store.clear("ready");
    store.set("stuck", {}, (await source.health()).ok ? 0 : 1);
    const { standby, failuresInRow, retryMs } = source.standing();
    store.set("standby", {}, standby ? 1 : 0);
    store.set("failuresInRow", {}, failuresInRow);
    store.set("retrySeconds", {}, retryMs / 1_000);
    try {
      const figures = await source.figures();
      if (figures !== null) showFigures(store, figures);
    } catch {
      // The other metrics are wanted all the more; health tells what is wrong.
      store.add("unreadable", {});
    }
    const { user, system } = process.cpuUsage();
    store.setCounter("cpuSeconds", {}, (user + system) / 1e6);
    store.set("memoryBytes", {}, process.memoryUsage().rss);
    store.set("startSeconds", {}, Date.now() / 1_000 - process.uptime());
    return store.text();
  }

  #word(label: string, value: string): string {
    let bounded = this.#words.get(label);
    if (bounded === undefined) this.#words.set(label, bounded = new BoundedLabel(WORDS_MAX));
    return bounded.of(value);
  }
}

function showFigures(store: MetricStore, figures: MirrorFigures): void {
  store.set("ready", { backend: figures.backend }, 1);
  store.setCounter("captured", {}, figures.changesCaptured);
  store.set("lagChanges", {}, figures.lagChanges);
  store.set("lagSeconds", {}, figures.lagMs / 1_000);
  store.set("logRows", {}, figures.logRows);
  store.set("logBytes", {}, figures.logBytes);
  for (const [state, count] of Object.entries(figures.tablesByState)) store.set("tables", { state }, count);
  for (const { name, rows, bytes } of boundedTables(figures.tables)) {
    store.set("tableRows", { table: name }, rows);
    if (bytes !== null) store.set("tableBytes", { table: name }, bytes);
  }
}

/** The largest tables by themselves, the others as one. */
function boundedTables(tables: readonly TableFigures[]): readonly TableFigures[] {
  if (tables.length <= TABLES_MAX) return tables;
  const byRows = [...tables].sort((a, b) => b.rows - a.rows);
  const others = byRows.slice(TABLES_MAX - 1);
  return [...byRows.slice(0, TABLES_MAX - 1), {
    name: OTHER_LABEL,
    rows: others.reduce((sum, table) => sum + table.rows, 0),
    bytes: others.reduce((sum, table) => sum + (table.bytes ?? 0), 0),
  }];
}
