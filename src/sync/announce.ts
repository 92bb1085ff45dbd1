import type { SyncEvent, SyncReport } from "./sync_report.ts";

/** Runs a sync, or what leads to one, and tells how it ended before its caller hears of it. */
export async function announced(
  work: () => Promise<SyncReport>,
  onSync: ((event: SyncEvent) => void) | undefined,
): Promise<SyncReport> {
  if (onSync === undefined) return await work();
  const report = await failuresAnnounced(work, onSync);
  onSync({ kind: "synced", report });
  return report;
}

/** The same for what is no sync by itself: only a failure is told. */
export async function failuresAnnounced<T>(
  work: () => Promise<T>,
  onSync: ((event: SyncEvent) => void) | undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    onSync?.({ kind: "failed", error: error instanceof Error ? error : new Error(String(error)) });
    throw error;
  }
}
