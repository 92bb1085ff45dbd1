import process from "node:process";
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

/** Counts what it hears, and shows it with the mirror's figures. The library is loaded when there is something to count. */
export class EngineMetrics implements EngineObserver {
  readonly #words = new Map<string, BoundedLabel>();
  #store: MetricStore | null = null;
  #opening: Promise<MetricStore> | null = null;
  /** What was heard while the library was being loaded. */
  #pending: ((store: MetricStore) => void)[] = [];
  /** Shows end one after the other: what one has read must not be cleared by the next. */
  #showing: Promise<unknown> = Promise.resolve();

  statement({ kind, route, engine, outcome, durationMs }: StatementObservation): void {
    this.#record((store) => {
      const failed = outcome !== "ok";
      store.add("statements", {
        kind: this.#word("kind", kind),
        route,
        engine,
        outcome: failed ? "failed" : "ok",
      });
      if (failed) store.add("errors", { code: this.#word("code", outcome) });
      else store.observe("statementSeconds", { kind: this.#word("kind", kind), engine }, durationMs / 1_000);
    });
  }

  routed(target: "oltp" | "olap", rule: string): void {
    this.#record((store) => store.add("routed", { target, reason: this.#word("reason", rule) }));
  }

  declined(cause: string): void {
    this.#record((store) => store.add("declined", { cause: this.#word("cause", cause) }));
  }

  waited(durationMs: number): void {
    this.#record((store) => store.observe("waitSeconds", {}, durationMs / 1_000));
  }

  cacheUsed(cache: CacheName, hit: boolean): void {
    this.#record((store) => store.add("cache", { cache, result: hit ? "hit" : "miss" }));
  }

  synced({ changes, tables, durationMs }: SyncObservation): void {
    const nowMs = Date.now();
    this.#record((store) => {
      store.add("syncs", { outcome: "ok" });
      store.set("syncLastSuccess", {}, nowMs / 1_000);
      if (tables.length === 0) return;
      store.observe("syncSeconds", {}, durationMs / 1_000);
      store.add("applied", {}, changes);
      for (const { action, rows } of tables) {
        if (rows > 0) store.add("syncRows", { action: this.#word("action", action) }, rows);
      }
    });
  }

  syncFailed(code: string): void {
    this.#record((store) => {
      store.add("syncs", { outcome: "failed" });
      store.add("syncErrors", { code: this.#word("code", code) });
    });
  }

  /** All metrics in Prometheus's text format, the mirror's figures as of now. */
  text(source: FigureSource): Promise<string> {
    const text = this.#showing.then(() => this.#text(source));
    // Its caller hears of a failure.
    this.#showing = text.catch(() => {});
    return text;
  }

  async #text(source: FigureSource): Promise<string> {
    const store = await this.#open();
    for (const gauge of MIRROR_GAUGES) store.clear(gauge);
    store.clear("ready");
    store.set("stuck", {}, (await source.health()).ok ? 0 : 1);
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

  #record(change: (store: MetricStore) => void): void {
    if (this.#store !== null) {
      change(this.#store);
      return;
    }
    this.#pending.push(change);
    // Whoever asks for the text hears why the library could not be loaded; nothing is kept for it then.
    this.#open().catch(() => this.#pending = []);
  }

  #open(): Promise<MetricStore> {
    this.#opening ??= openMetricStore().then((store) => {
      // A first failure must show as an increase.
      for (const outcome of ["ok", "failed"]) store.add("syncs", { outcome }, 0);
      for (const change of this.#pending) change(store);
      this.#pending = [];
      this.#store = store;
      return store;
    });
    return this.#opening;
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
  for (const [state, count] of figures.tablesByState) store.set("tables", { state }, count);
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
