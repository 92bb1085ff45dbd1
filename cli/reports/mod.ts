import { explanationText } from "./explanation.ts";
import { statusText } from "./status.ts";
import { syncText } from "./sync.ts";
import { verifyText } from "./verify.ts";

export { historyRows } from "./history.ts";
export { statusJson } from "./status.ts";

/** How the engine's reports read, the same in subcommands and dot commands: texts without a last line end. */
export const REPORTS = {
  explanation: explanationText,
  sync: syncText,
  status: statusText,
  verify: verifyText,
} as const;
