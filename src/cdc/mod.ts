export { captureNotices } from "./capture_notices.ts";
export { KEY_ALIAS, ROW_ALIAS } from "./change_query.ts";
export type {
  AbsentTable,
  CapturedSchema,
  CapturedTable,
  CaptureLevel,
  ChangeSource,
  EnsureReport,
  LogRange,
  PendingChanges,
  SourcePosition,
  SourceState,
  TableChanges,
  TrackMode,
} from "./change_source.ts";
export { rangeParameters } from "./change_source.ts";
export type { CommitEvent, ImageValue, LayoutEvent, LogEvent, ReloadEvent, RowEvent } from "./log_event.ts";
export { keyColumn } from "./log_objects.ts";
export { showsEveryStep } from "./schema_steps.ts";
export {
  isInternalName,
  isOwnName,
  keyNames,
  readSchema,
  type SourceSchema,
  type SourceTable,
  type SqlReader,
  type UniqueIndex,
} from "./source_schema.ts";
export { isSameStatement, type LoggedTime, momentOf } from "./statement_time.ts";
export { tableIdOfTrigger } from "./trigger_sql.ts";
export { TriggerLog } from "./trigger_log.ts";
