export { type DashboardOptions, runDashboard } from "./run_dashboard.ts";
export { fetchActivity, ownEngine, servedEngine, type WatchedEngine } from "./watched_engine.ts";
