import assert from "node:assert/strict";
import { TransactionTimes } from "./transaction_times.ts";

interface Case {
  readonly name: string;
  /** `[firstSeq, seq, at]` */
  readonly commits: readonly (readonly [number, number, number])[];
  readonly last: number;
  /** Default: later than all. */
  readonly latest?: number;
  /** `[seq, at]` of the rows, in order, and whether a row is marked as alone. */
  readonly rows: readonly (readonly [number, number | null, "alone"?])[];
  /** The time of each row's transaction. */
  readonly times: readonly number[];
}

const CASES: readonly Case[] = [
  {
    name: "rows up to a mark at the mark's time",
    commits: [[1, 4, 100], [5, 6, 200]],
    last: 0,
    rows: [[1, 90], [2, 91], [3, 91], [5, 199]],
    times: [100, 100, 100, 200],
  },
  {
    name: "unmarked rows of one time as one transaction",
    commits: [],
    last: 0,
    rows: [[1, 90], [2, 90], [3, 91], [4, 91]],
    times: [90, 90, 91, 91],
  },
  {
    name: "a transaction later than the one before whatever the clock says",
    commits: [[1, 2, 100], [3, 4, 100], [5, 6, 50]],
    last: 0,
    rows: [[1, 1], [3, 1], [5, 1], [7, 20], [8, 20], [9, 10]],
    times: [100, 101, 102, 103, 103, 104],
  },
  {
    name: "the first transaction later than the last of the range before",
    commits: [[1, 2, 100]],
    last: 500,
    rows: [[1, 1], [3, 400]],
    times: [501, 502],
  },
  {
    name: "unmarked rows between marks by themselves",
    commits: [[1, 2, 100], [4, 6, 300]],
    last: 0,
    rows: [[1, 9], [3, 200], [4, 200], [5, 201], [7, 201]],
    times: [100, 200, 300, 300, 301],
  },
  {
    name: "nothing as later than it was read",
    commits: [[1, 2, 900], [5, 6, 250]],
    last: 0,
    latest: 300,
    rows: [[1, 1], [3, 800], [5, 1], [7, 0], [8, 299]],
    times: [300, 301, 302, 303, 304],
  },
  {
    name: "a row marked as alone for a transaction, whatever the time of its neighbours",
    commits: [[5, 6, 700]],
    last: 10,
    rows: [[1, 100], [2, 100, "alone"], [3, 100, "alone"], [4, 100], [5, 1], [7, 50, "alone"], [8, 50]],
    times: [100, 101, 102, 103, 700, 701, 702],
  },
  {
    name: "rows without a time with those before them",
    commits: [[3, 4, 700]],
    last: 10,
    rows: [[1, null], [2, null], [3, null], [5, null], [6, 900], [7, null]],
    times: [11, 11, 700, 701, 900, 900],
  },
  {
    name: "rows with marks of transactions that touched no table of interest",
    commits: [[1, 2, 100], [3, 4, 200], [5, 6, 300]],
    last: 0,
    rows: [[5, 1], [9, 400]],
    times: [300, 400],
  },
];

for (const { name, commits, last, latest = Infinity, rows, times } of CASES) {
  Deno.test(`TransactionTimes takes ${name}`, () => {
    const subject = new TransactionTimes(
      commits.map(([firstSeq, seq, at]) => ({ kind: "commit", firstSeq, seq, at })),
      last,
      latest,
    );
    let begun = last;
    const got = rows.map(([seq, at, mark]) => {
      const isNew = subject.begins({ seq, at, isAlone: mark === "alone" });
      assert.equal(isNew, subject.last > begun, `row ${seq} begins a transaction exactly if time goes on`);
      begun = subject.last;
      return begun;
    });
    assert.deepEqual(got, times);
  });
}
