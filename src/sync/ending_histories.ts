import { RheiError } from "../errors/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { HistoryEnd } from "./history/history_context.ts";
import type { MirrorContents } from "./mirror_contents.ts";

/**
 * Ids of the histories that end with the capture of these tables; those that ended before count only if they are to be discarded.
 *
 * @throws {RheiError} `CONFIG` if versions are still added to one of them, and nothing is said of what becomes of it.
 */
export function endingHistories(
  { history, state }: MirrorContents,
  names: readonly string[] | "all",
  end: HistoryEnd | undefined,
): number[] {
  const folded = names === "all" ? null : new Set(names.map(foldName));
  const ids: number[] = [];
  for (const [id, { open: { history: part } }] of history) {
    if (part === undefined || (folded !== null && !folded.has(foldName(part.of)))) continue;
    // Without a state nothing is captured any more: whatever is held has ended before.
    const ends = part.live && state !== null;
    if (ends && end === undefined) throw undecidedHistory(`the history of "${part.of}"`, { table: part.of });
    if (ends || end === "discard") ids.push(id);
  }
  return ids;
}

/** @param what The history that would end. */
export function undecidedHistory(what: string, details: Record<string, unknown> = {}): RheiError {
  return new RheiError("CONFIG", `Cannot end ${what}: nothing says whether to keep or discard it`, {
    hint: "Use --keep-history or --discard-history, or the option history",
    details,
  });
}
