/** From which moment on a table's history is whole, and why not before. */
export interface HistoryBeginning {
  /** The table's id in capture. */
  readonly tableId: number;
  /** In µs since 1970 UTC. */
  readonly time: number;
  /** `found`: the table had rows already when its history began. `retired`: versions that ended until then were removed. */
  readonly cause: "found" | "retired";
}
