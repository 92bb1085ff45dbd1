import type { CapturedSchema, ChangeSource } from "../cdc/mod.ts";
import type { OlapBackend } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import type { MirrorState } from "../types/mod.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import { writeHistory } from "./history/history_cut.ts";
import type { MirrorContents } from "./mirror_contents.ts";

/** Histories of a source that captures nothing any more. */
export interface HistoryEnding {
  readonly snapshot: OltpSnapshot;
  readonly source: ChangeSource;
  readonly captured: CapturedSchema;
  readonly olap: OlapBackend;
  readonly histories: MirrorContents["history"];
  readonly beginnings: MirrorContents["beginnings"];
  readonly newest: MirrorContents["newest"];
  /** The state the mirror is in. */
  readonly state: MirrorState;
  /** What was decided, by table id; kept otherwise. */
  readonly ends: ReadonlyMap<number, HistoryEnd>;
  readonly batchRows: number;
  readonly signal: AbortSignal;
}

/** What is left of histories. */
export type KeptHistories = Pick<MirrorContents, "history" | "beginnings" | "newest">;

/** Ends all histories, in one transaction of the mirror: nothing tells any more when their rows change. */
export async function endHistories(ending: HistoryEnding): Promise<KeptHistories> {
  const { olap, state, histories, ends } = ending;
  const decided = new Map([...histories.keys()].map((id) => [id, ends.get(id) ?? "keep"]));
  const now = Date.now() * 1000;
  const transaction = await olap.begin();
  try {
    const outcome = await writeHistory({
      ...ending,
      transaction,
      plan: {
        histories,
        beginnings: ending.beginnings,
        range: { from: state.watermark, to: state.watermark },
        changed: new Set(),
        suspects: new Set(),
        ends: decided,
        now,
        latest: now,
      },
      mirrors: new Map(),
      classes: new Map(),
    });
    const { histories: history, beginnings, newest } = outcome;
    await transaction.commit({
      ...state,
      historyTime: newest.time,
      historyVersion: newest.version,
      historyBeginnings: [...beginnings.values()],
    });
    return { history, beginnings, newest };
  } catch (error) {
    // A failed commit has rolled back already; the first failure says more.
    await transaction.rollback().catch(() => {});
    throw error;
  }
}
