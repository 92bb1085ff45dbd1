import type { OlapBackend } from "../../olap/mod.ts";
import {
  type ExactValue,
  HISTORY_COLUMNS,
  type HistoryBeginning,
  type HistoryRetention,
  type TableHistory,
} from "../../types/mod.ts";
import { emptyBatch } from "../column_source.ts";
import { inMirrorTransaction } from "../mirror_transaction.ts";
import { askHistory } from "./ask_history.ts";
import { type MapKey, mapKey } from "./history_value.ts";

/** Versions deleted in one transaction, so that a sync waits only briefly. */
const RETIRED_ROWS_MAX = 10_000;

/** A version that need not be kept. */
interface Superfluous {
  readonly number: bigint;
  /** When it ended, in µs since 1970. */
  readonly to: number;
}

/** Hears from when on histories will be whole, before versions are deleted: who reads older moments has to know by then. */
export type OnRetiring = (beginnings: readonly HistoryBeginning[]) => void;

/** Deletes the closed versions that need not be kept, in small transactions. */
export class VersionRetirer {
  readonly #olap: OlapBackend;
  readonly #retention: HistoryRetention;
  /** Rows a closed part had when it was last gone through, by its name. */
  readonly #seen = new Map<string, number>();

  constructor(olap: OlapBackend, retention: HistoryRetention) {
    this.#olap = olap;
    this.#retention = retention;
  }

  /**
   * Goes through the histories; nothing else may write to the mirror meanwhile.
   *
   * @returns Versions deleted.
   */
  async run(
    histories: Iterable<TableHistory>,
    nowMs: number,
    signal: AbortSignal,
    onRetiring: OnRetiring,
  ): Promise<number> {
    let retired = 0;
    for (const history of histories) {
      const { name } = history.closed;
      if (this.#retention.kind === "age") {
        const time = (nowMs - this.#retention.milliseconds) * 1000;
        retired += await this.#retireOlder(history, time, signal, onRetiring);
      } else if (this.#seen.get(name) !== await this.#olap.rowCount(name)) {
        const versions = await this.#superfluous(history, this.#retention.count, signal);
        for (let start = 0; start < versions.length && !signal.aborted; start += RETIRED_ROWS_MAX) {
          await this.#remove(history, versions.slice(start, start + RETIRED_ROWS_MAX), onRetiring);
        }
        retired += versions.length;
        this.#seen.set(name, await this.#olap.rowCount(name));
      }
    }
    return retired;
  }

  /** Deletes the versions that ended before a time, in µs since 1970. */
  async #retireOlder(
    { open, closed }: TableHistory,
    time: number,
    signal: AbortSignal,
    onRetiring: OnRetiring,
  ): Promise<number> {
    const { version, validTo } = HISTORY_COLUMNS;
    const sql = `select ${version}, ${validTo} from "${closed.name}" where ${validTo} < ${Math.trunc(time)} ` +
      `order by ${version} limit ${RETIRED_ROWS_MAX}`;
    let retired = 0;
    while (!signal.aborted) {
      const rows = await askHistory(this.#olap, [closed], sql);
      if (rows.length === 0) break;
      const versions = rows.map(([number, to]) => ({ number: number as bigint, to: Number(to) }));
      await this.#remove({ open, closed }, versions, onRetiring);
      retired += rows.length;
    }
    return retired;
  }

  /** The versions beyond the newest `count` of their rows. A tombstone goes with the versions before it. */
  async #superfluous({ open, closed }: TableHistory, count: number, signal: AbortSignal): Promise<Superfluous[]> {
    const positions = open.keyColumns.map((key) => closed.columns.findIndex(({ name }) => name === key));
    const operation = closed.columns.findIndex(({ name }) => name === HISTORY_COLUMNS.operation);
    const validTo = closed.columns.findIndex(({ name }) => name === HISTORY_COLUMNS.validTo);
    const openPositions = open.keyColumns.map((key) => open.columns.findIndex(({ name }) => name === key));
    const excess = new Map<MapKey, number>();
    const add = (key: MapKey) => excess.set(key, (excess.get(key) ?? -count) + 1);
    for await (const rows of this.#olap.scan(closed.name)) {
      for (const row of rows) if (row[operation] !== "D") add(keyAt(row, positions));
      if (signal.aborted) return [];
    }
    for await (const rows of this.#olap.scan(open.name)) {
      for (const row of rows) {
        const key = keyAt(row, openPositions);
        if (excess.has(key)) add(key);
      }
      if (signal.aborted) return [];
    }
    const versions: Superfluous[] = [];
    const gone = new Map<MapKey, number>();
    for await (const rows of this.#olap.scan(closed.name)) {
      for (const row of rows) {
        const key = keyAt(row, positions);
        const before = gone.get(key) ?? 0;
        const isTombstone = row[operation] === "D";
        if (before + (isTombstone ? 0 : 1) > (excess.get(key) ?? 0)) {
          // From the first version that stays on all stay.
          gone.set(key, Infinity);
          continue;
        }
        gone.set(key, isTombstone ? before : before + 1);
        versions.push({ number: row[0] as bigint, to: Number(row[validTo]) });
      }
    }
    return versions;
  }

  async #remove(
    { closed }: TableHistory,
    versions: readonly Superfluous[],
    onRetiring: OnRetiring,
  ): Promise<void> {
    const held = await this.#olap.state();
    if (held === null || versions.length === 0 || closed.history === undefined) return;
    const to = versions.reduce((newest, version) => Math.max(newest, version.to), 0);
    const historyBeginnings = laterBeginnings(held.state.historyBeginnings ?? [], closed.history.tableId, to);
    onRetiring(historyBeginnings);
    await inMirrorTransaction(this.#olap, async (transaction) => {
      const keys = {
        class: "integer" as const,
        data: BigInt64Array.from(versions, ({ number }) => number),
        nulls: null,
      };
      const noRows = emptyBatch(closed.columns.map((column) => column.class));
      await transaction.change(closed.name, noRows, { rowCount: versions.length, columns: [keys] });
      await transaction.commit({ ...held.state, historyBeginnings });
    });
  }
}

/** What ended at a time, or before, is gone from a history. */
function laterBeginnings(beginnings: readonly HistoryBeginning[], tableId: number, time: number): HistoryBeginning[] {
  const before = beginnings.find((each) => each.tableId === tableId)?.time ?? 0;
  const others = beginnings.filter((each) => each.tableId !== tableId);
  return [...others, { tableId, time: Math.max(before, time), cause: "retired" }];
}

/** Encoded keys are told apart by their bytes: 1 and 1.0 then count as two, which keeps more. */
function keyAt(row: readonly ExactValue[], positions: readonly number[]): MapKey {
  return mapKey(positions.map((position) => row[position] ?? null));
}
