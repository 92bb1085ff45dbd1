import type { HtapEngine } from "../../mod.ts";

/** What a sync did. */
export type SyncReport = Awaited<ReturnType<HtapEngine["syncNow"]>>;

/** How mirror and database compare by content. */
export type VerifyReport = Awaited<ReturnType<HtapEngine["verify"]>>;
