export { KEY_ALIAS, type LogRange, ROW_ALIAS } from "./change_query.ts";
export type {
  CapturedSchema,
  CapturedTable,
  ChangeSource,
  EnsureReport,
  SourcePosition,
  SourceState,
  TableChanges,
  TrackMode,
} from "./change_source.ts";
export { keyColumn } from "./log_objects.ts";
export { foldName, quoteName } from "./identifier.ts";
export {
  isInternalName,
  keyNames,
  readSchema,
  type SourceSchema,
  type SourceTable,
  type SqlReader,
  type UniqueIndex,
} from "./source_schema.ts";
export { TriggerLog } from "./trigger_log.ts";
