export type { ActivityTotals, SlowStatement } from "./activity_totals.ts";
export { EngineMetrics } from "./engine_metrics.ts";
export type {
  CacheName,
  EngineObserver,
  FigureSource,
  MirrorFigures,
  StatementObservation,
  SyncHealth,
  SyncObservation,
  SyncStanding,
  TableFigures,
} from "./engine_observer.ts";
export { type MetricDefinition, METRICS } from "./metric_definitions.ts";
export { MetricsServer, type MetricsSource } from "./metrics_server.ts";
