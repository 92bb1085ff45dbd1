import assert from "node:assert/strict";
import { batchOf, keysOf, type Rows, stateAt, tableOf } from "../../../../tests/conformance/olap/fixtures.ts";
import type { ExactValue } from "../../../types/mod.ts";
import { clearPositions, hasBit } from "./bitmap.ts";
import { ColumnStore } from "./column_store.ts";
import { readValues } from "./read_vectors.ts";
import { type TableSnapshot, ZONE_ROWS } from "./table_snapshot.ts";

const T = tableOf("t", [["id", "integer"], ["i", "integer"], ["r", "real"], ["s", "text"], ["b", "blob"]], ["id"]);

function rowsOf(snapshot: TableSnapshot): ExactValue[][] {
  const positions = clearPositions(snapshot.deleted, snapshot.positionCount);
  assert.equal(positions.length, snapshot.rowCount);
  const columns = snapshot.columns.map((column, at) =>
    readValues(column, snapshot.table.columns[at]!.class, positions)
  );
  return Array.from(positions, (_, row) => columns.map((values) => values[row]!));
}

const byKey = (rows: Rows) => rows.toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1));

/** Whether statistics hold what they promise: bounds no value is outside of. */
function checkStatistics({ columns, positionCount }: TableSnapshot): void {
  for (const { data, range, validity, nullCount } of columns) {
    let nulls = 0;
    for (let position = 0; position < positionCount; position++) {
      if (validity !== null && !hasBit(validity, position)) {
        nulls++;
        if ("values" in data) assert.equal(Number(data.values[position]), 0);
        continue;
      }
      if (!("values" in data)) continue;
      const value = Number(data.values[position]);
      assert(value >= range!.least && value <= range!.most);
      if (!("zones" in data)) continue;
      const zone = Math.floor(position / ZONE_ROWS);
      assert(value >= data.zones.least[zone]! && value <= data.zones.most[zone]!);
    }
    assert.equal(nullCount, nulls);
  }
}

/** Small, fast and the same everywhere (mulberry32). */
function random(seed: number): (limit: number) => number {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const TEXTS = ["", "a", "é", "語", "😀 and more", "x".repeat(100)];
const KEYS: readonly ((n: number) => bigint)[] = [
  (n) => BigInt(n),
  (n) => BigInt(n) * 1_000_003n - 5_000_000n,
  (n) => BigInt.asIntN(64, BigInt(n) * 0x9e3779b97f4a7c15n),
];
const INTEGERS: readonly ((n: number) => bigint)[] = [
  (n) => BigInt(n % 100),
  (n) => BigInt(n) - 40_000n,
  (n) => BigInt(n) * 100_000n,
  (n) => BigInt(n) * 2n ** 30n,
  (n) => BigInt(n) * 2n ** 50n - 2n ** 62n,
];

Deno.test("ColumnStore keeps every snapshot as it was while a random workload changes forms, rolls back and compacts", async () => {
  const below = random(7);
  for (const [style, keyOf] of KEYS.entries()) {
    const store = new ColumnStore();
    const rows = new Map<bigint, ExactValue[]>();
    const held: { snapshot: TableSnapshot; rows: Rows; release: () => void }[] = [];
    const setUp = store.begin();
    setUp.createTable(T);
    setUp.commit(stateAt(1));
    for (let round = 0; round < 60; round++) {
      const wide = Math.min(INTEGERS.length - 1, Math.floor(round / 8));
      const row = (key: bigint): ExactValue[] => [
        key,
        below(7) === 0 ? null : INTEGERS[wide]!(below(1000)),
        below(7) === 0 ? null : below(1000) / 8,
        below(7) === 0 ? null : round < 30 ? TEXTS[below(TEXTS.length)]! : `text ${below(100_000)} é`,
        below(7) === 0 ? null : Uint8Array.from({ length: below(4) }, () => below(256)),
      ];
      const keys = new Set(Array.from({ length: below(400) }, () => keyOf(below(3000))));
      const upserts = [...keys].filter(() => below(3) > 0).map(row);
      const removed = [...keys].filter((key) => !upserts.some(([upserted]) => upserted === key));
      const transaction = store.begin();
      transaction.change("t", batchOf(T, upserts), keysOf(T, removed.map((key) => [key])));
      if (below(4) === 0) {
        transaction.rollback();
      } else {
        transaction.commit(stateAt(round + 2));
        for (const key of removed) rows.delete(key);
        for (const upsert of upserts) rows.set(upsert[0] as bigint, upsert);
      }
      const table = store.contents.tables.get("t")!;
      if (table.wantsCompaction || round % 20 === 19) await table.compact(async () => {}, async () => () => {});
      const { tables, release } = store.lease(["T"]);
      const snapshot = tables.get("t")!;
      assert.deepEqual(byKey(rowsOf(snapshot)), byKey([...rows.values()]), `keys ${style}, round ${round}`);
      checkStatistics(snapshot);
      held.push({ snapshot, rows: rowsOf(snapshot), release });
      if (held.length > 5) {
        const [oldest] = held.splice(below(5), 1);
        assert.deepEqual(rowsOf(oldest!.snapshot), oldest!.rows);
        oldest!.release();
      }
    }
  }
});

for (const hasIndex of [true, false]) {
  Deno.test(`StoredTable.compact() takes over what is committed meanwhile, ${hasIndex ? "with" : "without"} an index`, async () => {
    const below = random(11);
    const store = new ColumnStore();
    const rows = new Map<bigint, ExactValue[]>();
    let sequence = 0;
    const row = (
      key: bigint,
      text: string,
    ): ExactValue[] => [key, key % 7n, Number(key) / 8, text, new Uint8Array([sequence])];
    const step = (upserts: ExactValue[][], removed: bigint[], commits = true) => {
      const transaction = store.begin();
      if (sequence === 0) transaction.createTable(T);
      if (sequence > 0 || hasIndex) {
        transaction.change("t", batchOf(T, upserts), keysOf(T, removed.map((key) => [key])));
      } else transaction.append("t", batchOf(T, upserts));
      if (!commits) return transaction.rollback();
      transaction.commit(stateAt(++sequence));
      for (const key of removed) rows.delete(key);
      for (const upsert of upserts) rows.set(upsert[0] as bigint, upsert);
    };
    const span = (from: number, count: number) => Array.from({ length: count }, (_, at) => BigInt(from + at));
    step(span(0, 40_000).map((key) => row(key, "few")), []);
    if (hasIndex) step([], span(10_000, 15_000));
    const table = store.contents.tables.get("t")!;
    const before = store.lease(["t"]);
    const seen = rowsOf(before.tables.get("t")!);
    let turns = 0;
    let excluded = 0;
    await table.compact(async () => {
      turns++;
      const keys = [...new Set(span(0, 300).map(() => BigInt(below(60_000))))];
      // Texts that seldom repeat make the column give its dictionary up.
      const upserts = keys.slice(100).map((key) => row(key, turns < 3 ? "again" : `${key} ${turns}`));
      if (turns === 3) upserts.push(...span(100_000, 45_000).map((key) => row(key, `${key} new`)));
      step(upserts, keys.slice(0, 100), turns % 4 !== 2);
    }, async () => {
      step([row(-1n, "last")], [5n]);
      excluded++;
      return () => excluded--;
    });
    assert.equal(excluded, 0);
    assert(turns > 8);
    const snapshot = store.table("t")!;
    assert(snapshot.positionCount < rows.size + 10_000, "what was deleted before is gone");
    assert.deepEqual(byKey(rowsOf(snapshot)), byKey([...rows.values()]));
    checkStatistics(snapshot);
    assert.deepEqual(rowsOf(before.tables.get("t")!), seen);
    before.release();
    step(span(0, 50_000).map((key) => row(key, "after")), span(100_000, 20_000));
    assert.deepEqual(byKey(rowsOf(store.table("t")!)), byKey([...rows.values()]));
  });
}

Deno.test("ColumnStore keeps integers in the narrowest form that holds them", () => {
  const store = new ColumnStore();
  const table = tableOf("t", [["id", "integer"]], ["id"]);
  const setUp = store.begin();
  setUp.createTable(table);
  setUp.commit(stateAt(1));
  const steps: readonly (readonly [bigint, string])[] = [
    [-128n, "int8"],
    [127n, "int8"],
    [128n, "int16"],
    [-32_769n, "int32"],
    [2n ** 31n, "float64"],
    [-(2n ** 53n), "float64"],
    [2n ** 53n, "int64"],
    [-(2n ** 63n), "int64"],
  ];
  for (const [at, [value, form]] of steps.entries()) {
    const transaction = store.begin();
    transaction.append("t", batchOf(table, [[value]]));
    transaction.commit(stateAt(at + 2));
    assert.equal(store.table("t")!.columns[0]!.data.kind, form, String(value));
    assert.deepEqual(rowsOf(store.table("t")!).flat(), steps.slice(0, at + 1).map(([each]) => each));
    checkStatistics(store.table("t")!);
  }
});

Deno.test("ColumnStore codes text by a dictionary until half of the texts are distinct, and keeps NULL apart from empty text", () => {
  const store = new ColumnStore();
  const table = tableOf("t", [["id", "integer"], ["s", "text"]], ["id"]);
  const all: ExactValue[][] = [];
  const append = (textOf: (id: number) => string | null, count: number) => {
    const rows = Array.from(
      { length: count },
      (_, at): ExactValue[] => [BigInt(all.length + at), textOf(all.length + at)],
    );
    const transaction = store.begin();
    if (all.length === 0) transaction.createTable(table);
    transaction.append("t", batchOf(table, rows));
    transaction.commit(stateAt(all.length + 1));
    all.push(...rows);
    assert.deepEqual(rowsOf(store.table("t")!), all);
  };
  const column = () => store.table("t")!.columns[1]!;
  append((id) => [null, "", "ä", "b"][id % 4]!, 5000);
  const before = store.table("t")!;
  assert.deepEqual([column().data.kind, column().distinctEstimate, column().nullCount], ["dictionary", 3, 1250]);
  append((id) => id % 10 === 0 ? null : id % 10 === 1 ? "" : `${id} ü`, 9000);
  assert.equal(column().data.kind, "utf8");
  assert(Math.abs(column().distinctEstimate / 7200 - 1) < 0.1);
  append(() => "again", 10);
  assert.deepEqual(rowsOf(before), all.slice(0, 5000));
});

Deno.test("StoreTransaction takes back a step that failed half way", () => {
  const store = new ColumnStore();
  const table = tableOf("t", [["id", "integer"], ["a", "text"], ["b", "text"]], ["id"]);
  const setUp = store.begin();
  setUp.createTable(table);
  setUp.append("t", batchOf(table, [[1n, "a", "b"], [2n, null, null]]));
  setUp.commit(stateAt(1));
  const failing = store.begin();
  const [id, a, b] = batchOf(table, [[3n, "c", "d"], [1n, null, "e"]]).columns;
  const poisoned = {
    ...b!,
    get data(): never[] {
      throw new Error("cannot be read");
    },
  };
  const sound = { rowCount: 2, columns: [id!, a!, b!] };
  failing.change("t", sound, keysOf(table, [[2n]]));
  assert.throws(() => failing.change("t", { rowCount: 2, columns: [id!, a!, poisoned as never] }, keysOf(table, [])));
  failing.rollback();
  assert.deepEqual(rowsOf(store.table("t")!), [[1n, "a", "b"], [2n, null, null]]);
  const after = store.begin();
  after.change("t", sound, keysOf(table, [[2n]]));
  after.commit(stateAt(2));
  assert.deepEqual(byKey(rowsOf(store.table("t")!)), [[1n, null, "e"], [3n, "c", "d"]]);
});
