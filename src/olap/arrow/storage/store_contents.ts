import type { MirrorState } from "../../../types/mod.ts";
import type { StoredTable } from "./stored_table.ts";

/** What a store holds after a commit. */
export interface StoreContents {
  /** `null` before the first commit. */
  readonly state: MirrorState | null;
  /** By folded name. */
  readonly tables: ReadonlyMap<string, StoredTable>;
}
