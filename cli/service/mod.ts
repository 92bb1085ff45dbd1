export { type ConfigChanges, configChanges } from "./config_changes.ts";
export { type LogFields, type LogLevel, ServiceLog, type ServiceLogOptions } from "./service_log.ts";
export { SyncSummary } from "./sync_summary.ts";
