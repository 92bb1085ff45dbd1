import assert from "node:assert/strict";
import { openMirrored } from "./mirrored_database.ts";

/** Rows of a table `t` whose first column is the key; many enough that changes of all are read by a scan. */
const ROWS = 4000;

/** Inserts a row per number up to {@linkcode ROWS} into `t`, whose columns are to be `values` of the number `i`. */
function fill(columns: string, values: string, from = 1): string {
  return `INSERT INTO t(${columns}) WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n ` +
    `WHERE i < ${from + ROWS - 1}) SELECT ${values} FROM n`;
}

/** Tables, and how to fill them. */
const TABLES: Readonly<Record<string, { readonly setup: readonly string[]; readonly fill: (from: number) => string }>> =
  {
    "a rowid of its own": {
      setup: ["CREATE TABLE t(a INTEGER, b REAL, c TEXT, d BLOB, e NUMERIC)"],
      fill: (from) => fill("rowid, a, b, c, d, e", "i, i, i, 'text ' || i, zeroblob(i % 9), i / 2.0", from),
    },
    "an INTEGER PRIMARY KEY with gaps": {
      setup: ["CREATE TABLE t(x TEXT DEFAULT 'x', a INTEGER PRIMARY KEY, b REAL, c TEXT)"],
      fill: (from) => fill("a, b, c", "i * 7919 - 9000000, i / 3.0, nullif('text ' || i, 'text 77')", from),
    },
    "rowids at the ends of their range": {
      setup: ["CREATE TABLE t(a INTEGER PRIMARY KEY, b, c TEXT)"],
      fill: (from) =>
        fill(
          "a, b, c",
          "(CASE i % 2 WHEN 0 THEN 9223372036854775807 ELSE -9223372036854775808 END) + " +
            "(CASE i % 2 WHEN 0 THEN -i ELSE i END), x'00ff', 'text ' || i",
          from,
        ),
    },
    "columns added to rows that are there": {
      setup: [
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL)",
        fill("a, b", "-i, i", 1),
        "ALTER TABLE t ADD COLUMN c TEXT",
        "ALTER TABLE t ADD COLUMN d INTEGER DEFAULT 7",
      ],
      fill: (from) => fill("a, b, c, d", "i, i, 'text', i", from),
    },
    "a stored generated column": {
      setup: ["CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL, s REAL GENERATED ALWAYS AS (b * 2) STORED, c TEXT)"],
      fill: (from) => fill("a, b, c", "i, i, 'text ' || i", from),
    },
    "a virtual generated column": {
      setup: ["CREATE TABLE t(a INTEGER PRIMARY KEY, v TEXT GENERATED ALWAYS AS (c || '!') VIRTUAL, b REAL, c TEXT)"],
      fill: (from) => fill("a, b, c", "i, i, 'text ' || i", from),
    },
    "texts that the packing cannot tell apart": {
      setup: ["CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL, c TEXT)"],
      fill: (from) => fill("a, b, c", "i, i, CASE i % 10 WHEN 0 THEN char(31) || i ELSE 'é' || i END", from),
    },
    "values on overflow pages": {
      setup: ["CREATE TABLE t(a INTEGER PRIMARY KEY, b REAL, c TEXT, d BLOB)"],
      fill: (from) =>
        fill("a, b, c, d", "i, i, hex(zeroblob((i % 20 = 0) * 2500)), randomblob((i % 33 = 0) * 9000)", from),
    },
    "no rowid": {
      setup: ["CREATE TABLE t(a INTEGER, b REAL, c TEXT, PRIMARY KEY (c, a)) WITHOUT ROWID"],
      fill: (from) => fill("a, b, c", "i, i, 'text ' || i % 10", from),
    },
  };

/** Statements that change many rows at once. */
const CHANGES: readonly string[] = [
  "UPDATE t SET b = 1.5 WHERE a % 2 = 0",
  "DELETE FROM t WHERE a % 3 = 0",
  "UPDATE t SET c = c || '?' WHERE a % 7 <> 1",
  "UPDATE t SET b = NULL, c = 'all alike ' || a",
  "DELETE FROM t WHERE a % 5 <> 1",
];

for (const remote of [false, true]) {
  for (const [name, { setup, fill }] of Object.entries(TABLES)) {
    if (remote && name !== "a rowid of its own") continue;
    const place = remote ? " over a server" : "";
    Deno.test(`Synchronizer keeps the mirror equal when many rows change in a table with ${name}${place}`, async () => {
      await using db = await openMirrored({ setup: [...setup, fill(1)], memory: true, batchRows: 900, remote });
      assert.equal((await db.sync.status()).tables[0]?.state, "mirrored");
      await db.expectEqual("first load");
      await db.run(fill(1 + ROWS));
      await db.expectEqual("inserts");
      for (const change of CHANGES) {
        await db.run(change);
        await db.expectEqual(change);
      }
      // Keys that were logged and are gone again.
      await db.run(fill(1 + 2 * ROWS), "DELETE FROM t WHERE a % 4 = 0", fill(1 + 3 * ROWS), "UPDATE t SET b = -1.0");
      await db.expectEqual("several changes of the same rows");
    });
  }
}

Deno.test("Synchronizer reads a table anew when one of many changed values outgrew its column", async () => {
  const setup = ["CREATE TABLE t(a INTEGER PRIMARY KEY, b, c TEXT)", fill("a, b, c", "i, i, 'text'")];
  await using db = await openMirrored({ setup, memory: true, batchRows: 900 });
  await db.run("UPDATE t SET b = CASE a WHEN 3333 THEN 0.5 ELSE a + 0.25 END");
  await db.expectEqual("all integers became reals");
  await db.run("UPDATE t SET b = CASE a WHEN 3333 THEN 'text' ELSE b + 1 END");
  const { absent } = await db.expectEqual("one became text");
  assert.equal(absent[0]?.name, "t");
});
