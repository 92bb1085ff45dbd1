import type { OltpClient, OltpSnapshot } from "../oltp/mod.ts";

/** Pages of a database above which reading it is left to threads: with pages of 4 KiB about 8 MB. */
const LARGE_PAGES = 2000;

/** A snapshot to read whole tables from, with threads where they are worth their start. */
export async function loadSnapshot(oltp: OltpClient): Promise<OltpSnapshot> {
  if (!oltp.capabilities.columnarScan) return oltp.snapshot();
  const { rows } = await oltp.query("SELECT page_count FROM pragma_page_count");
  return oltp.snapshot({ scan: Number(rows[0]?.[0]) >= LARGE_PAGES });
}
