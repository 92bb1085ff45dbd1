export { bridge } from "./bridge.ts";
export type { BridgeDecline, BridgedQuery, OutputColumn } from "./bridged_query.ts";
