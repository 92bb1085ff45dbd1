import type { CapturedSchema, ChangeSource, LogRange } from "../../cdc/mod.ts";
import type { OlapBackend, OlapTransaction } from "../../olap/mod.ts";
import type { OltpSnapshot } from "../../oltp/mod.ts";
import type { HistoryBeginning, MirrorTable, TableHistory } from "../../types/mod.ts";
import type { NewestVersion } from "../mirror_contents.ts";
import type { HistoryClass } from "./history_layout.ts";

/** What becomes of the history of a table that is captured no more. */
export type HistoryEnd = "keep" | "discard";

/** How a cut treats histories. */
export interface HistoryPlan {
  /** By table id, as committed. */
  readonly histories: ReadonlyMap<number, TableHistory>;
  /** Of those that are not whole from their table's first row on, by table id. */
  readonly beginnings: ReadonlyMap<number, HistoryBeginning>;
  /** Changes to apply; an empty range where the log cannot be trusted. */
  readonly range: LogRange;
  /** Ids of tables that have changes in the range. */
  readonly changed: ReadonlySet<number>;
  /** Ids of tables whose rows must be compared with the source, whatever the log says. */
  readonly suspects: ReadonlySet<number>;
  /** What was decided for histories that end; kept otherwise. */
  readonly ends: ReadonlyMap<number, HistoryEnd>;
  /** Time of the cut, for changes that no event tells: nothing that was committed later is earlier. In µs since 1970. */
  readonly now: number;
  /** When the source had been read, in µs since 1970: no event of the range is later. */
  readonly latest: number;
}

/** What it works with. */
export interface HistoryContext {
  readonly plan: HistoryPlan;
  readonly captured: CapturedSchema;
  readonly snapshot: OltpSnapshot;
  readonly source: ChangeSource;
  readonly olap: OlapBackend;
  readonly transaction: OlapTransaction;
  /** The tables of the mirror after the cut, by folded name: their values are known to fit classes. */
  readonly mirrors: ReadonlyMap<string, MirrorTable>;
  /** Classes of columns that history does not have yet, by table id and folded name, where those first chosen did not do. */
  readonly classes: ReadonlyMap<number, ReadonlyMap<string, HistoryClass>>;
  /** Before the cut. */
  readonly newest: NewestVersion;
  readonly batchRows: number;
  readonly signal: AbortSignal;
}
