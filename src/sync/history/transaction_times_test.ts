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
    rows: [[1, 9000], [2, 9000], [3, 10000], [4, 10000]],
    times: [9000, 9000, 10000, 10000],
  },
  {
    name: "unmarked rows of one time for several transactions where their places tell statements apart",
    commits: [],
    last: 0,
    rows: [[1, 9007], [2, 9008], [3, 9011], [5, 9013], [6, 9014], [7, 10015], [8, 10017]],
    times: [9000, 9000, 9001, 9001, 9001, 10000, 10001],
  },
  {
    name: "places for what they are where they begin again",
    commits: [],
    last: 0,
    rows: [[1, 9998], [2, 9999], [3, 9001], [4, 9002], [5, 9001]],
    times: [9000, 9000, 9000, 9000, 9001],
  },
  {
    name: "rows with a place and rows without one for different statements",
    commits: [],
    last: 0,
    rows: [[1, 9007], [2, 9000], [3, 9000], [4, 9008]],
    times: [9000, 9001, 9001, 9002],
  },
  {
    name: "a transaction later than the one before whatever the clock says",
    commits: [[1, 2, 5100], [3, 4, 5100], [5, 6, 5050]],
    last: 0,
    rows: [[1, 1000], [3, 1000], [5, 1000], [7, 2000], [8, 2000], [9, 1000]],
    times: [5100, 5101, 5102, 5103, 5103, 5104],
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
    commits: [[1, 2, 1100], [4, 6, 3300]],
    last: 0,
    rows: [[1, 1000], [3, 2000], [4, 2000], [5, 3000], [7, 3000]],
    times: [1100, 2000, 3300, 3300, 3301],
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
    rows: [[1, 0], [2, 100, "alone"], [3, 100, "alone"], [4, 0], [5, 1], [7, 50, "alone"], [8, 0]],
    times: [11, 100, 101, 102, 700, 701, 702],
  },
  {
    name: "rows without a time with those before them",
    commits: [[3, 4, 700]],
    last: 10,
    rows: [[1, null], [2, null], [3, null], [5, null], [6, 9000], [7, null]],
    times: [11, 11, 700, 701, 9000, 9000],
  },
  {
    name: "rows with marks of transactions that touched no table of interest",
    commits: [[1, 2, 100], [3, 4, 200], [5, 6, 300]],
    last: 0,
    rows: [[5, 1], [9, 4000]],
    times: [300, 4000],
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
