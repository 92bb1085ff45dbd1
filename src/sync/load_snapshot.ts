import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";

/**
 * Pages of a database above which reading it is left to threads: with pages of 4 KiB 40 MB, which take as long to read as threads
 * take to start.
 */
const LARGE_PAGES = 10_000;

/** A snapshot to read whole tables from, with threads where they are worth their start. */
export async function loadSnapshot(oltp: OltpClient): Promise<OltpSnapshot> {
  if (!oltp.capabilities.columnarScan) return oltp.snapshot();
  const { rows } = await oltp.query("SELECT page_count FROM pragma_page_count");
  return oltp.snapshot({ scan: Number(rows[0]?.[0]) >= LARGE_PAGES });
}
