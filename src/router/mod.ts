export { type Freshness, type FreshnessBound, parseFreshness } from "./freshness.ts";
export { type OlapObstacle, type Route, route, type RouteDecision, type RouteFacts, type RouteRule } from "./route.ts";
export { sourceOrder, windowSourceOrder } from "./source_order.ts";
export { type PlanStep, ROWS_KNOWN_MAX, type ScanCost, scanCost } from "./scan_cost.ts";
