import type { SourceState } from "../cdc/mod.ts";
import { MIRROR_FORMAT_VERSION, type MirrorState } from "../types/mod.ts";

/**
 * Why a mirror cannot go on from its watermark, or `null` when it can. The words complete "the mirror is rebuilt: …".
 *
 * The log row at the watermark proves everything: its random nonce was made by the very commit that made the row. A source restored
 * from an older backup either lacks the row or, after new writes, has another nonce there; a mirror restored from an older copy
 * finds its row, and then everything after it is still in the log, or it was pruned, and then the mirror is useless.
 *
 * @param tokenAt Gives the source's proof at a sequence number, see {@linkcode ChangeSource.tokenAt}.
 */
export async function brokenHistory(
  mirror: MirrorState,
  source: SourceState,
  tokenAt: (sequence: number) => Promise<string | null>,
): Promise<string | null> {
  if (mirror.formatVersion !== MIRROR_FORMAT_VERSION) return "another version of rhei made it";
  if (mirror.databaseId !== source.databaseId) return "it belongs to another database, or tracking was begun anew";
  if (mirror.watermark > source.sequence) return "it is newer than the database, which was restored from a backup";
  const token = await tokenAt(mirror.watermark);
  if (token === null) return "it is too old: changes it lacks are no longer in the log";
  if (token !== mirror.token) return "its history differs from the database's, which was restored from a backup";
  return null;
}
