import { isInternalName } from "../cdc/mod.ts";
import { invariant } from "../errors/mod.ts";
import type { MirrorCatalog } from "../olap/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { HistoryBeginning, MirrorState, MirrorTable, TableHistory } from "../types/mod.ts";
import type { ClassConflict } from "./infer_classes.ts";

/** A table whose values fit no class, and when that was found. */
export interface Unfitness {
  /** The CREATE TABLE text it had. */
  readonly sql: string;
  readonly conflict: ClassConflict;
  readonly examinedMs: number;
  readonly examinationMs: number;
  /** Whether rows have changed since, so that it may fit now. */
  readonly mayFit: boolean;
}

/** Why a table of the source is not in the mirror. */
export interface Absence {
  readonly name: string;
  readonly reason: string;
  /** Whether it could be there and nobody asked for it, or the user took it out. */
  readonly untracked: boolean;
  /** When it left the mirror, in milliseconds since 1970; `null` when it was not tracked at all. */
  readonly sinceMs: number | null;
  /** Set when its values fit no class. */
  readonly unfit: Unfitness | null;
}

/** Time, in µs since 1970, and number of the newest version over all histories; 0 while there is none. Outlive the end of capture. */
export interface NewestVersion {
  readonly time: number;
  readonly version: number;
}

/** What the mirror holds at a committed state; replaced as a whole. Maps by folded name. */
export interface MirrorContents {
  /** `null` before the first sync, and when nothing is tracked. */
  readonly state: MirrorState | null;
  readonly tables: ReadonlyMap<string, MirrorTable>;
  /** By table id; also of tables that are gone, while their history is kept. */
  readonly history: ReadonlyMap<number, TableHistory>;
  /** Of the histories that are not whole from their table's first row on, by table id. */
  readonly beginnings: ReadonlyMap<number, HistoryBeginning>;
  readonly newest: NewestVersion;
  readonly absences: ReadonlyMap<string, Absence>;
  readonly views: ReadonlyMap<string, string>;
}

/** An empty mirror. */
export const NO_CONTENTS: MirrorContents = {
  state: null,
  tables: new Map(),
  history: new Map(),
  beginnings: new Map(),
  newest: { time: 0, version: 0 },
  absences: new Map(),
  views: new Map(),
};

/** What a backend holds: tables by folded name, histories by table id. */
export function heldTables(
  held: { readonly state: MirrorState; readonly tables: readonly MirrorTable[] },
): Pick<MirrorContents, "tables" | "history" | "beginnings" | "newest"> {
  const tables = new Map<string, MirrorTable>();
  const parts = new Map<number, { open?: MirrorTable; closed?: MirrorTable }>();
  for (const table of held.tables) {
    if (table.history === undefined) tables.set(foldName(table.name), table);
    else parts.set(table.history.tableId, { ...parts.get(table.history.tableId), [table.history.part]: table });
  }
  const history = new Map<number, TableHistory>();
  for (const [id, { open, closed }] of parts) {
    invariant(open !== undefined && closed !== undefined, "both parts of a history are made and dropped together");
    history.set(id, { open, closed });
  }
  const { historyBeginnings = [], historyTime = 0, historyVersion = 0 } = held.state;
  const newest = { time: historyTime, version: historyVersion };
  return { tables, history, beginnings: byTable(historyBeginnings), newest };
}

/** Beginnings by table id. */
export function byTable(beginnings: readonly HistoryBeginning[]): MirrorContents["beginnings"] {
  return new Map(beginnings.map((each) => [each.tableId, each]));
}

/** The mirror's contents as queries see them. */
export class ContentsCatalog implements MirrorCatalog {
  readonly version: number;
  readonly #contents: MirrorContents;

  constructor(contents: MirrorContents, version: number) {
    this.#contents = contents;
    this.version = version;
  }

  table(name: string): MirrorTable | undefined {
    return this.#contents.tables.get(foldName(name));
  }

  history(name: string): TableHistory | undefined {
    const folded = foldName(name);
    let found: TableHistory | undefined;
    for (const history of this.#contents.history.values()) {
      const part = history.open.history;
      if (part === undefined || foldName(part.of) !== folded) continue;
      if (part.live) return history;
      found = history;
    }
    return found;
  }

  historyBeginning(name: string): HistoryBeginning | undefined {
    const id = this.history(name)?.open.history?.tableId;
    return id === undefined ? undefined : this.#contents.beginnings.get(id);
  }

  view(name: string): string | undefined {
    return this.#contents.views.get(foldName(name));
  }

  absence(name: string): string | undefined {
    const folded = foldName(name);
    if (isInternalName(folded)) return "it is an internal table of the database";
    return this.#contents.absences.get(folded)?.reason;
  }
}

function isSameMap<K, V>(x: ReadonlyMap<K, V>, y: ReadonlyMap<K, V>, isSame: (p: V, q: V) => boolean): boolean {
  return x.size === y.size && [...x].every(([key, value]) => {
    const other = y.get(key);
    return other !== undefined && isSame(value, other);
  });
}

/** Whether queries would see a difference other than in rows. */
export function sameCatalog(a: MirrorContents, b: MirrorContents): boolean {
  return isSameMap(a.tables, b.tables, (p, q) => p === q) &&
    isSameMap(a.history, b.history, (p, q) => p.open === q.open && p.closed === q.closed) &&
    isSameMap(a.beginnings, b.beginnings, (p, q) => p.time === q.time) &&
    isSameMap(a.absences, b.absences, (p, q) => p.reason === q.reason) &&
    isSameMap(a.views, b.views, (p, q) => p === q);
}
