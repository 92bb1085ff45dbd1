import assert from "node:assert/strict";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import { ROWID_COLUMN } from "../../../src/types/mod.ts";
import { type History, OWN_COLUMNS, readHistories, type Version } from "../read_histories.ts";
import { type Contents, type Cuts, type Rows, textOf } from "./cuts.ts";

/** A state that the mirror was in, at a time of its history. */
interface Past {
  readonly time: number;
  readonly contents: Contents;
}

/**
 * The states the mirror was in, to be found again in its history: whatever happened since, a table as of the time of a sync holds what a
 * connection that knows nothing of rhei found in the source then.
 */
export class Pasts {
  readonly #cuts: Cuts;
  #pasts: Past[] = [];

  constructor(cuts: Cuts) {
    this.#cuts = cuts;
  }

  /** Remembers the state that the mirror is in. */
  async record(olap: OlapBackend): Promise<void> {
    const held = await olap.state();
    const found = held === null ? undefined : this.#cuts.at(held.state);
    const time = held?.state.historyTime;
    if (time === undefined || found === undefined) return;
    // Of a table that capture has yet to be renewed for, the history says nothing.
    const names = new Set(held?.tables.map(({ name }) => name));
    const contents = new Map([...found].filter(([name]) => names.has(name)));
    this.#pasts = [...this.#pasts.filter((past) => past.time !== time), { time, contents }];
  }

  /** Forgets what a mirror lost that was found at an older state after a crash: the log gives it again, perhaps in other steps. */
  async forgetLost(olap: OlapBackend): Promise<void> {
    const time = (await olap.state())?.state.historyTime ?? 0;
    this.#pasts = this.#pasts.filter((past) => past.time <= time);
  }

  /**
   * Demands that the history holds every state, that no two versions of a row overlap or follow one another
   * without a difference, and that the ledger agrees at every time.
   *
   * @param transfers Transactions that moved amounts, or `null` where they cannot be told apart.
   */
  async expectAll(olap: OlapBackend, transfers: number | null): Promise<void> {
    const histories = await readHistories(olap);
    for (const [name, history] of histories) {
      expectDistinct(name, history);
      for (const past of this.#pasts) {
        const later = this.#pasts.filter(({ time }) => time > past.time).map(({ contents }) => contents.get(name));
        expectPast(name, history, past, later);
      }
    }
    const accounts = histories.get("account");
    const entries = histories.get("entry");
    if (accounts !== undefined && entries !== undefined) expectAgreementEver(accounts, entries, transfers);
  }
}

function expectDistinct(name: string, { keyColumns, versions }: History): void {
  const byKey = Map.groupBy(versions, ({ values }) => textOf(keyColumns.map((column) => values.get(column))));
  for (const [key, ofKey] of byKey) {
    const ordered = ofKey.toSorted((a, b) => a.from - b.from || a.to - b.to);
    for (let at = 1; at < ordered.length; at++) {
      const [before, after] = [ordered[at - 1]!, ordered[at]!];
      assert.ok(before.to <= after.from, `${name} has two versions of ${key} at ${after.from}`);
      const isSame = before.to === after.from && after.from < after.to && sameValues(before, after);
      assert.ok(!isSame, `${name} has two versions of ${key} that are the same, of ${before.from} and ${after.from}`);
    }
  }
}

/** Whether nothing differs, storage classes included. A column that one of them lacks may have differed. */
function sameValues(a: Version, b: Version): boolean {
  const names = [...new Set([...a.values.keys(), ...b.values.keys()])].filter((name) => !OWN_COLUMNS.has(name));
  const print = (value: unknown) => `${typeof value} ${textOf([value])}`;
  return names.every((name) =>
    a.values.has(name) && b.values.has(name) && print(a.values.get(name)) === print(b.values.get(name))
  );
}

function asOf(versions: readonly Version[], time: number): Version[] {
  return versions.filter(({ from, to }) => from <= time && time < to);
}

/** @param later What was found of the table after the time. */
function expectPast(
  name: string,
  { tableId, columns, kept, versions }: History,
  { time, contents }: Past,
  later: readonly (Rows | undefined)[],
): void {
  const then = contents.get(name);
  // Another table had the name then, or nobody captured this one.
  if (then === undefined || then.tableId !== tableId) return;
  const own = then.columns.filter((column) => column !== ROWID_COLUMN || kept.includes(column));
  const sameTable = later.filter((found) => found?.tableId === tableId).map((found) => found!.columns);
  const stayed = own.filter((column) =>
    columns.includes(column) && sameTable.every((found) => hasStayed(column, then.columns, found))
  );
  const alive = asOf(versions, time);
  const texts = (names: readonly string[]) =>
    alive.map(({ values }) => textOf(names.map((column) => values.get(column) ?? null))).sort();
  const textsThen = (names: readonly string[]) =>
    then.rows.map((row) => textOf(names.map((column) => row[then.columns.indexOf(column)]))).sort();
  assert.deepEqual(texts(stayed), textsThen(stayed), `${name} as of ${time} is not what it was`);
  // One that was renamed took its past along, be it that another column bears its name now; one that was dropped left it.
  const moved = own.filter((column) => !stayed.includes(column));
  const expected = textsThen([...stayed, ...moved]).join("\n");
  const others = kept.filter((column) => !stayed.includes(column));
  const found = arrangements(others, moved.length).some((places) =>
    texts([...stayed, ...places]).join("\n") === expected
  );
  assert.ok(found, `${name} as of ${time} is nowhere with what it held in ${moved.join(", ")}: ${expected}`);
}

/** Whether a column is the one that bore its name before: columns come behind those there are. */
function hasStayed(column: string, before: readonly string[], after: readonly string[]): boolean {
  const position = after.indexOf(column);
  return position >= 0 && after.slice(0, position).every((other) => before.includes(other));
}

/** Every choice of so many of the names, in every order. */
function arrangements(names: readonly string[], count: number): string[][] {
  if (count === 0) return [[]];
  return names.flatMap((name) =>
    arrangements(names.filter((other) => other !== name), count - 1).map((rest) => [name, ...rest])
  );
}

/** Half of a transaction must not show at any time, and each has a time of its own. */
function expectAgreementEver(accounts: History, entries: History, transfers: number | null): void {
  const times = new Set(entries.versions.map(({ from }) => from));
  for (const time of times) {
    const sums = new Map<unknown, bigint>();
    for (const { values } of asOf(entries.versions, time)) {
      const account = values.get("account");
      sums.set(account, (sums.get(account) ?? 0n) + (values.get("amount") as bigint));
    }
    for (const { values } of asOf(accounts.versions, time)) {
      const id = values.get("id");
      assert.equal(
        values.get("balance"),
        sums.get(id) ?? 0n,
        `half of a transaction shows at account ${id} as of ${time}`,
      );
    }
  }
  if (transfers !== null) assert.equal(times.size, transfers, "every transaction has a time of its own");
}
