import { RheiError } from "../errors/mod.ts";
import { RuntimeDecline } from "../olap/mod.ts";
import type { OlapObstacle, Route } from "../router/mod.ts";

/** There is no mirror to ask. */
export function unavailable(why: string): OlapObstacle {
  return { reason: `the mirror is not available: ${why}`, cause: "unavailable" };
}

/**
 * What to tell when the mirror could not finish a statement, or `null` when its failure is the user's to see. A failure of the backend's
 * own goes to libSQL too unless the mirror was asked for by force: it answers, or fails with SQLite's own error.
 */
export function obstacleOf(error: unknown, requested: Route): OlapObstacle | null {
  if (error instanceof RuntimeDecline) return { reason: `declined: ${error.message}`, cause: "runtime" };
  if (requested === "olap" || !(error instanceof RheiError) || error.code !== "SQL_ERROR") return null;
  return { reason: `the mirror failed: ${error.message}`, cause: "failed" };
}

/** The refusal where the mirror was asked for by force. */
export function declined(obstacle: OlapObstacle, hint = "use route auto to let libSQL answer"): RheiError {
  const reason = obstacle.reason.replace(/^declined: /, "");
  return new RheiError("OLAP_DECLINED", `Cannot answer from the mirror: ${reason}`, {
    hint,
    details: { reason, cause: obstacle.cause },
  });
}
