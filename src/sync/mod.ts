export { backOffMs } from "./back_off.ts";
export { undecidedHistory } from "./end_histories.ts";
export type { HistoryStatus } from "./history/history_status.ts";
export type { HistoryComparison, HistoryFault } from "./history/verify_history.ts";
export type { Mirror } from "./mirror.ts";
export {
  type AnswerLag,
  type CatchUp,
  type Lag,
  type MirrorStatus,
  NO_LAG,
  type SyncEvent,
  type SyncProgress,
  type SyncReport,
  type SyncTrouble,
  type TableReport,
  type TableStatus,
} from "./sync_report.ts";
export { Synchronizer, type SynchronizerOptions } from "./synchronizer.ts";
export { sourceTableStatuses } from "./table_statuses.ts";
export type { Difference, TableComparison, VerifyReport } from "./verify.ts";
export { SnapshotMirror, type SnapshotMirrorOptions } from "./snapshot_mirror.ts";
