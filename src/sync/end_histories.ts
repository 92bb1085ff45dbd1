import type { CapturedSchema, ChangeSource } from "../cdc/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { OlapBackend } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { MirrorState } from "../types/mod.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import { writeHistory } from "./history/history_cut.ts";
import type { MirrorContents } from "./mirror_contents.ts";
import { inMirrorTransaction } from "./mirror_transaction.ts";

/**
 * Ids of the histories that end with the capture of these tables; those that ended before count only if they are to be discarded.
 *
 * @param ids Of the tables captured by now, by folded name: one may have been renamed since the mirror was brought up to date.
 * @throws {RheiError} `CONFIG` if versions are still added to one of them, and nothing is said of what becomes of it.
 */
export function endingHistories(
  { history, state }: MirrorContents,
  names: readonly string[] | "all",
  end: HistoryEnd | undefined,
  ids: ReadonlyMap<string, number> = new Map(),
): number[] {
  const folded = names === "all" ? null : new Set(names.map(foldName));
  const namesNow = new Map(Array.from(ids, ([name, id]) => [id, name]));
  const ending: number[] = [];
  for (const [id, { open: { history: part } }] of history) {
    if (part === undefined || (folded !== null && !folded.has(namesNow.get(id) ?? foldName(part.of)))) continue;
    // Without a state nothing is captured any more: whatever is held has ended before.
    const ends = part.live && state !== null;
    if (ends && end === undefined) throw undecidedHistory(`the history of "${part.of}"`, { table: part.of });
    if (ends || end === "discard") ending.push(id);
  }
  return ending;
}

/** @param what The history that would end. */
export function undecidedHistory(what: string, details: Record<string, unknown> = {}): RheiError {
  return new RheiError("CONFIG", `Cannot end ${what}: nothing says whether to keep or discard it`, {
    hint: "Use --keep-history or --discard-history, or the option history",
    details,
  });
}

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
  return await inMirrorTransaction(olap, async (transaction) => {
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
  });
}
