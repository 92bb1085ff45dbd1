import type { CapturedSchema, ChangeSource } from "../cdc/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { MirrorState } from "../types/mod.ts";
import { isSameDeclaration } from "./cut_plan.ts";
import type { MirrorContents } from "./mirror_contents.ts";

/** What the mirror is known to hold, and to owe. */
export interface WatchedMirror {
  /** What the backend holds, or held before the step under way. */
  readonly contents: MirrorContents;
  /** The schema as read at the contents; `null` if it was not read yet. */
  readonly captured: CapturedSchema | null;
  /** Folded names of tables that are to be read anew. */
  readonly reloading: ReadonlySet<string>;
  /** Whether creations, drops and rhei's own writes account for all that happened to the schema since a version. */
  isSchemaExplained(from: number, captured: CapturedSchema): boolean;
}

/** What the log is known to hold after a state of the mirror. */
interface Known {
  readonly watermark: number;
  readonly token: string;
  /** Log rows up to here were looked at. */
  scannedTo: number;
  /** Ids of tables with rows among them. */
  readonly changed: Set<number>;
}

/** A later schema than the mirror's, and which tables may have changed on the way to it without a trace in the log. */
interface LaterSchema {
  readonly captured: CapturedSchema;
  readonly explained: boolean;
  /** By folded name, as far as they were asked for. */
  readonly silent: Map<string, boolean>;
}

/**
 * Tells whether a query needs a sync at all. A table of which the log holds nothing since the mirror's state, under the same
 * declaration, is the same table now as it was then: a query that reads only such tables sees the present state in the mirror,
 * whatever else has changed, and need not wait for what others wait for.
 *
 * It only reads, so it may be asked while a step is under way. Should that step end before the query runs, the query sees a state that
 * is later than the mirror's was and holds the same rows of these tables, or later ones.
 */
export class ChangeWatch {
  readonly #oltp: OltpClient;
  readonly #source: ChangeSource;
  #known: Known | null = null;
  /** Of one state of the mirror and one version of the schema, together `key`. */
  #later: { readonly key: string; readonly schema: LaterSchema } | null = null;

  constructor(oltp: OltpClient, source: ChangeSource) {
    this.#oltp = oltp;
    this.#source = source;
  }

  /**
   * Whether the mirror holds the present rows of all these tables, and these views as they are, as of a moment after this call. `false`
   * says nothing.
   */
  async holdsPresent(mirror: WatchedMirror, names: readonly string[]): Promise<boolean> {
    const { contents, reloading } = mirror;
    const { state } = contents;
    if (state === null) return false;
    const folded = names.map(foldName);
    const tables = folded.filter((name) => contents.tables.has(name));
    const views = folded.filter((name) => contents.views.has(name));
    if (tables.length + views.length < names.length || tables.some((table) => reloading.has(table))) return false;
    const known = this.#knownAfter(state);
    const ids = tables.flatMap((table) => mirror.captured?.captured.get(table)?.id ?? []);
    if (ids.some((id) => known.changed.has(id))) return false;
    const pending = await this.#source.pending(state.watermark, known.scannedTo, new Set(ids));
    // Without the mirror's own row in the log, or with another in its place, the source has another history.
    if (pending === null || pending.token !== state.token || pending.sequence < state.watermark) return false;
    for (const id of pending.tables) known.changed.add(id);
    known.scannedTo = Math.max(known.scannedTo, pending.lookedTo);
    if (pending.lookedTo < pending.sequence) return false;
    const captured = pending.schemaVersion === state.schemaVersion
      ? await this.#capturedAt(mirror, state)
      : await this.#unalteredAt(mirror, state, pending.schemaVersion, tables, views);
    return captured !== null && tables.every((table) => {
      const id = captured.captured.get(table)?.id;
      return id !== undefined && !known.changed.has(id);
    });
  }

  #knownAfter({ watermark, token }: MirrorState): Known {
    const known = this.#known;
    if (known?.watermark === watermark && known.token === token) return known;
    return this.#known = { watermark, token, scannedTo: watermark, changed: new Set() };
  }

  /** The schema at the mirror's state, which is the present one. */
  async #capturedAt({ captured }: WatchedMirror, state: MirrorState): Promise<CapturedSchema | null> {
    if (captured?.source.schemaVersion === state.schemaVersion) return captured;
    return (await this.#laterSchema(state, state.schemaVersion, () => true))?.captured ?? null;
  }

  /** A later schema, if it declares these tables and views as the mirror's state does and nothing happened to them unseen. */
  async #unalteredAt(
    mirror: WatchedMirror,
    state: MirrorState,
    version: number,
    tables: readonly string[],
    views: readonly string[],
  ): Promise<CapturedSchema | null> {
    const { contents } = mirror;
    const later = await this.#laterSchema(
      state,
      version,
      (captured) => mirror.isSchemaExplained(state.schemaVersion, captured),
    );
    if (later === null) return null;
    const present = later.captured.source.views;
    if (views.some((view) => contents.views.get(view) !== present.get(view))) return null;
    for (const folded of tables) {
      const captured = later.captured.captured.get(folded);
      const held = contents.tables.get(folded);
      if (captured === undefined || held === undefined || !isSameDeclaration(held, captured.table)) return null;
      if (later.explained) continue;
      let silent = later.silent.get(folded);
      if (silent === undefined) {
        await using snapshot = await this.#oltp.snapshot();
        silent = await this.#source.mayHaveChangedSilently(snapshot, captured, state.watermark);
        later.silent.set(folded, silent);
      }
      if (silent) return null;
    }
    return later.captured;
  }

  /** The schema of a version, read once; `null` if it is no longer the present one. */
  async #laterSchema(
    { token, schemaVersion }: MirrorState,
    version: number,
    explains: (captured: CapturedSchema) => boolean,
  ): Promise<LaterSchema | null> {
    const key = `${token} ${schemaVersion} ${version}`;
    if (this.#later?.key === key) return this.#later.schema;
    await using snapshot = await this.#oltp.snapshot();
    const captured = await this.#source.schema(snapshot);
    if (captured.source.schemaVersion !== version) return null;
    const schema = { captured, explained: explains(captured), silent: new Map<string, boolean>() };
    this.#later = { key, schema };
    return schema;
  }
}
