import assert from "node:assert/strict";
import { UndecodableText } from "../../types/mod.ts";
import type { HistoryRow, HistoryValue } from "./history_value.ts";
import { type ClosedVersion, type Version, VersionBuilder } from "./version_builder.ts";

/** A transaction: rows written under their first value, or keys removed. */
type Change = { readonly put: HistoryRow } | { readonly remove: HistoryValue };

interface Case {
  readonly name: string;
  readonly stored: readonly Version[];
  /** The n-th has the time 100 * n. */
  readonly transactions: readonly (readonly Change[])[];
  readonly closed: readonly ClosedVersion[];
  readonly alive: readonly Version[];
}

const put = (...row: HistoryValue[]): Change => ({ put: row });
const remove = (key: HistoryValue): Change => ({ remove: key });
const version = (operation: "I" | "U", from: number, ...row: HistoryValue[]): Version => ({ row, from, operation });
const closed = (operation: "I" | "U" | "D", from: number, to: number, ...row: HistoryValue[]): ClosedVersion => ({
  row,
  from,
  to,
  operation,
});

const CASES: readonly Case[] = [
  {
    name: "an insert, an update and a delete",
    stored: [],
    transactions: [[put(1n, "a")], [put(1n, "b")], [remove(1n)]],
    closed: [closed("I", 100, 200, 1n, "a"), closed("U", 200, 300, 1n, "b"), closed("D", 300, 300, 1n, "b")],
    alive: [],
  },
  {
    name: "several changes in one transaction as one",
    stored: [version("I", 5, 1n, "old")],
    transactions: [[put(1n, "a"), put(1n, "b"), put(2n, "x"), put(2n, "y")]],
    closed: [closed("I", 5, 100, 1n, "old")],
    alive: [version("U", 100, 1n, "b"), version("I", 100, 2n, "y")],
  },
  {
    name: "a row inserted and deleted in one transaction as nothing",
    stored: [],
    transactions: [[put(1n, "a"), remove(1n)]],
    closed: [],
    alive: [],
  },
  {
    name: "a row deleted and inserted again in one transaction as an update",
    stored: [version("U", 5, 1n, "old")],
    transactions: [[remove(1n), put(1n, "new")]],
    closed: [closed("U", 5, 100, 1n, "old")],
    alive: [version("U", 100, 1n, "new")],
  },
  {
    name: "a row deleted and inserted as it was in one transaction as nothing",
    stored: [version("U", 5, 1n, "old")],
    transactions: [[remove(1n), put(1n, "old")]],
    closed: [],
    alive: [version("U", 5, 1n, "old")],
  },
  {
    name: "a row inserted again later as new",
    stored: [version("I", 5, 1n, "old")],
    transactions: [[remove(1n)], [put(1n, "old")]],
    closed: [closed("I", 5, 100, 1n, "old"), closed("D", 100, 100, 1n, "old")],
    alive: [version("I", 200, 1n, "old")],
  },
  {
    name: "a tombstone with the last values that were committed",
    stored: [version("I", 5, 1n, "old")],
    transactions: [[put(1n, "never seen"), remove(1n)]],
    closed: [closed("I", 5, 100, 1n, "old"), closed("D", 100, 100, 1n, "old")],
    alive: [],
  },
  {
    name: "values that only look alike as changes",
    stored: [version("I", 5, 1n, 1n), version("I", 5, 2n, 0), version("I", 5, 3n, "1"), version("I", 5, 4n, null)],
    transactions: [[put(1n, 1), put(2n, -0), put(3n, new Uint8Array([49])), put(4n, "")]],
    closed: [
      closed("I", 5, 100, 1n, 1n),
      closed("I", 5, 100, 2n, 0),
      closed("I", 5, 100, 3n, "1"),
      closed("I", 5, 100, 4n, null),
    ],
    alive: [
      version("U", 100, 1n, 1),
      version("U", 100, 2n, -0),
      version("U", 100, 3n, new Uint8Array([49])),
      version("U", 100, 4n, ""),
    ],
  },
  {
    name: "equal values of every class as no change",
    stored: [version("I", 5, 1n, 0.5), version("I", 5, 2n, new Uint8Array([1])), version("I", 5, 3n, -0)],
    transactions: [[put(1n, 0.5), put(2n, new Uint8Array([1])), put(3n, -0)]],
    closed: [],
    alive: [version("I", 5, 1n, 0.5), version("I", 5, 2n, new Uint8Array([1])), version("I", 5, 3n, -0)],
  },
  {
    name: "texts that cannot be decoded by their bytes",
    stored: [version("I", 5, 1n, new UndecodableText(new Uint8Array([255])))],
    transactions: [[put(1n, new UndecodableText(new Uint8Array([255])))], [
      put(1n, new UndecodableText(new Uint8Array([254]))),
    ], [put(1n, new Uint8Array([254]))]],
    closed: [
      closed("I", 5, 200, 1n, new UndecodableText(new Uint8Array([255]))),
      closed("U", 200, 300, 1n, new UndecodableText(new Uint8Array([254]))),
    ],
    alive: [version("U", 300, 1n, new Uint8Array([254]))],
  },
  {
    name: "1 and 1.0 as one key, texts and blobs as others",
    stored: [version("I", 5, 1n, "a")],
    transactions: [[put(1, "b"), put("1", "c"), put(new Uint8Array([49]), "d")]],
    closed: [closed("I", 5, 100, 1n, "a")],
    alive: [version("U", 100, 1, "b"), version("I", 100, "1", "c"), version("I", 100, new Uint8Array([49]), "d")],
  },
  {
    name: "integers beyond the doubles as different keys",
    stored: [],
    transactions: [[put(2n ** 62n, "a"), put(2n ** 62n + 1n, "b")]],
    closed: [],
    alive: [version("I", 100, 2n ** 62n, "a"), version("I", 100, 2n ** 62n + 1n, "b")],
  },
  {
    name: "a removal of what was not there as nothing",
    stored: [],
    transactions: [[remove(7n)]],
    closed: [],
    alive: [],
  },
];

for (const { name, stored, transactions, closed, alive } of CASES) {
  Deno.test(`VersionBuilder takes ${name}`, () => {
    const builder = new VersionBuilder([0], 2);
    const keys = transactions.flat().map((change) => builder.track(["put" in change ? change.put[0]! : change.remove]));
    assert(builder.hasUnknown);
    builder.takeUnknown();
    builder.learn(stored);
    let at = 0;
    for (const [index, transaction] of transactions.entries()) {
      for (const change of transaction) builder.write(keys[at++]!, "put" in change ? change.put : null);
      builder.settle((index + 1) * 100);
    }
    assert.deepStrictEqual(builder.takeClosed(), closed);
    const living = [...builder.keys].flatMap((tracked) => tracked.alive ?? []);
    assert.deepStrictEqual(living, alive);
    for (const tracked of builder.keys) {
      if (stored.includes(tracked.alive!)) assert.equal(tracked.alive, tracked.stored);
    }
  });
}

Deno.test("VersionBuilder asks for each key once", () => {
  const builder = new VersionBuilder([0, 1], 3);
  const first = builder.track(["a", 1n]);
  assert.equal(builder.track(["a", 1n]), first);
  assert.notEqual(builder.track(["a1", null]), builder.track(["a", "1"]));
  assert.equal(builder.takeUnknown().length, 3);
  builder.track(["a", 1n]);
  assert.equal(builder.hasUnknown, false);
});

Deno.test("VersionBuilder ends all rows of a table that is dropped, but those another table has written", () => {
  const builder = new VersionBuilder([0], 2);
  const version = (id: bigint): Version => ({ row: [id, "old"], from: 1, operation: "I" });
  const keys = [1n, 2n, 3n].map((id) => builder.track([id]));
  builder.takeUnknown();
  builder.learn([1n, 2n, 3n].map(version));
  builder.write(keys[1]!, [2n, "never seen"]);
  keys[1]!.writer = 7;
  builder.write(keys[2]!, [3n, "of the other"]);
  keys[2]!.writer = 8;
  builder.drop(7, 5);
  builder.settle(5);
  const late = builder.track([4n]);
  builder.takeUnknown();
  builder.learn([version(4n)]);
  const closed = builder.takeClosed().map(({ row: [id], to, operation }) => `${id} ${operation} ${to}`);
  assert.deepEqual(closed.sort(), ["1 D 5", "1 I 5", "2 D 5", "2 I 5", "3 I 5", "4 D 5", "4 I 5"]);
  assert.deepEqual([...keys, late].map(({ alive }) => alive?.row[1]), [
    undefined,
    undefined,
    "of the other",
    undefined,
  ]);
  assert.deepEqual(late.stored, version(4n));
});
