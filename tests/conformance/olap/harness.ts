import type { OlapBackend } from "../../../src/olap/mod.ts";

/** A kind of backend. */
export interface OlapSubject {
  readonly name: string;
  /** Opens a mirror in a folder, or in memory for `null`. Also called in child processes, so it imports what it needs itself. */
  open(path: string | null): Promise<OlapBackend>;
  /** The module whose export `openForTest` is `open`, for child processes; `null` for a backend that keeps nothing on disk. */
  readonly childModule: string | null;
}

/** What a case works with. */
export interface OlapHarness {
  readonly subject: OlapSubject;
  readonly backend: OlapBackend;
  /** The mirror's folder, `null` in memory. */
  readonly folder: string | null;
  /** Closes the backend and opens the same mirror again. */
  reopen(): Promise<OlapBackend>;
}

export type OlapCase = (backend: OlapBackend, harness: OlapHarness) => Promise<void>;

/** Cases by what they show. */
export type OlapCases = Readonly<Record<string, OlapCase>>;
