import assert from "node:assert/strict";
import { openMirrored } from "./mirrored_database.ts";

interface Case {
  readonly name: string;
  /** Declaration of the column, and the SQL of its values. */
  readonly type: string;
  readonly values: readonly string[];
  /** The class, or why there is none. */
  readonly expected: string;
}

const CASES: readonly Case[] = [
  { name: "integers", type: "integer", values: ["1", "9223372036854775807", "null"], expected: "integer" },
  { name: "decimals with and without fractions", type: "decimal(9,2)", values: ["1", "2.5"], expected: "number" },
  { name: "decimals, all with fractions", type: "decimal(9,2)", values: ["1.25", "2.5", "null"], expected: "real" },
  { name: "decimals without fractions", type: "decimal(9,2)", values: ["1", "2.0"], expected: "integer" },
  { name: "a real column of whole numbers", type: "real", values: ["1", "2"], expected: "real" },
  { name: "negative zero and infinity", type: "real", values: ["-0.0", "9e999", "-9e999"], expected: "real" },
  { name: "negative zero without a type", type: "", values: ["-0.0", "0.0"], expected: "real" },
  { name: "reals in an integer column", type: "int", values: ["1", "1.5", "9007199254740992"], expected: "number" },
  { name: "huge reals in an integer column", type: "int", values: ["1", "1e300"], expected: "number" },
  {
    name: "integers no double can hold beside reals",
    type: "int",
    values: ["9007199254740993", "1.5"],
    expected: "column c holds integers beyond 2^53 and reals",
  },
  {
    name: "reals and integers without a type",
    type: "",
    values: ["1", "1.5"],
    expected: "column c holds integers and reals",
  },
  { name: "text and integers", type: "int", values: ["1", "'one'"], expected: "column c holds text and integers" },
  { name: "text and blobs", type: "text", values: ["'a'", "x'61'"], expected: "column c holds text and blobs" },
  { name: "blobs of all bytes and none", type: "blob", values: ["x''", "x'00ff'", "zeroblob(3)"], expected: "blob" },
  { name: "odd text", type: "text", values: ["''", "'ünï 🦀'", "char(0xE000)", "char(0x10000)"], expected: "text" },
  { name: "numeric text", type: "text", values: ["1", "1.0", "'0x10'"], expected: "text" },
  { name: "text with NUL", type: "text", values: ["'a' || char(0) || 'b'"], expected: "column c holds text with NUL" },
  {
    name: "text that is not UTF-8",
    type: "text",
    values: ["'fine'", "cast(x'61ff' as text)"],
    expected: "column c holds text that is not UTF-8",
  },
  { name: "nothing, integer", type: "int", values: [], expected: "integer" },
  { name: "nothing, numeric", type: "decimal", values: ["null"], expected: "number" },
  { name: "nothing, text", type: "varchar(3)", values: ["null"], expected: "text" },
  { name: "nothing, no type", type: "", values: ["null"], expected: "blob" },
  {
    name: "any value in a strict table",
    type: "any",
    values: ["1", "1.0"],
    expected: "column c holds integers and reals",
  },
];

for (const shape of ["rowid", "WITHOUT ROWID"]) {
  Deno.test(`Synchronizer chooses each column's class in ${shape} tables, on first load and from changes alike`, async () => {
    const table = (at: number) => `t${at}`;
    const create = ({ type }: Case, at: number) => {
      const options = [...(shape === "rowid" ? [] : ["without rowid"]), ...(type === "any" ? ["strict"] : [])];
      return `create table ${table(at)}(k integer primary key, c ${type}) ${options.join(", ")}`;
    };
    const fill = ({ values }: Case, at: number, from: number) =>
      values.map((value, row) => `insert into ${table(at)} values (${from + row}, ${value})`);
    await using db = await openMirrored({
      memory: true,
      setup: CASES.flatMap((each, at) => [create(each, at), ...fill(each, at, 0)]),
    });
    const found = (at: number) => {
      const catalog = db.sync.catalog();
      return catalog.table(table(at))?.columns[1]?.class ?? catalog.absence(table(at));
    };
    for (const [at, { name, expected }] of CASES.entries()) assert.equal(found(at), expected, name);
    await db.expectEqual("first load");

    await db.run(...CASES.map((_, at) => `delete from ${table(at)}`));
    await db.sync.syncNow();
    for (const [at, each] of CASES.entries()) await db.run(...fill(each, at, 10));
    for (const [at] of CASES.entries()) if (found(at)?.startsWith("column")) await db.sync.rebuild([table(at)]);
    await db.expectEqual("by changes");
    for (const [at, { name, expected }] of CASES.entries()) {
      // A wider class than needed may stay, but no table may be present that has no class, nor absent that has one.
      assert.equal(found(at)?.startsWith("column"), expected.startsWith("column"), name);
    }
  });
}

Deno.test("a table leaves the mirror when its values stop fitting, and comes back when they fit again", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: [
      "create table t(id integer primary key, c int)",
      "insert into t values (1, 1), (2, 2)",
      "create table u(a)",
    ],
  });
  const before = db.sync.catalog();
  await db.run("insert into t values (3, 'three')", "insert into u values (1)");
  const report = await db.sync.syncNow();
  assert.deepEqual(
    report.tables.map(({ name, action, reason }) => ({ name, action, reason })).sort((a, b) =>
      a.name < b.name ? -1 : 1
    ),
    [
      { name: "t", action: "absent", reason: "column c holds text and integers" },
      { name: "u", action: "loaded", reason: undefined },
    ],
  );
  assert.ok(db.sync.catalog().version > before.version);
  const status = (await db.sync.status()).tables.find((table) => table.name === "t");
  assert.equal(status?.state, "absent");
  assert.ok(status?.absentSinceMs);
  await db.run("insert into t values (4, 4)");
  await db.expectEqual("still unfit");
  assert.equal(db.sync.catalog().table("t"), undefined);
  await db.run("delete from t where id = 3");
  // It is looked at again after a rest, many times as long as the last look, without another write.
  const deadlineMs = Date.now() + 20_000;
  while (db.sync.catalog().table("t") === undefined && Date.now() < deadlineMs) {
    await db.sync.catchUp();
    await new Promise((resolve) => setTimeout(resolve));
  }
  const { tables } = await db.expectEqual("fit again");
  assert.ok(tables.some((table) => table.name === "t" && table.sourceRows === 3));
});

Deno.test("a table comes back when what made it unfit goes, though integers and reals both stay", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: ["create table t(id integer primary key, c numeric)", "insert into t values (1, 1), (2, 2.5)"],
  });
  await db.run("insert into t values (3, x'ff')");
  await db.sync.syncNow();
  assert.equal(db.sync.catalog().absence("t"), "column c holds integers and blobs");
  await db.run("delete from t where id = 3");
  const deadlineMs = Date.now() + 20_000;
  while (db.sync.catalog().table("t") === undefined && Date.now() < deadlineMs) {
    await db.sync.catchUp();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await db.expectEqual("fit again");
  assert.equal(db.sync.catalog().table("t")?.columns[1]?.class, "number");
});

Deno.test("a table that was repaired comes back when the whole mirror is rebuilt before the repair was seen", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: ["create table t(id integer primary key, c int)", "insert into t values (1, 1), (2, 'two')"],
  });
  await db.run("delete from t where id = 2");
  await db.sync.rebuild("all");
  await db.expectEqual("rebuilt");
  assert.ok(db.sync.catalog().table("t"));
});

Deno.test("a column widens within one sync when integers are joined by reals", async () => {
  await using db = await openMirrored({
    memory: true,
    setup: ["create table t(id integer primary key, c decimal)", "insert into t values (1, 10), (2, 20)"],
  });
  await db.run("update t set c = 0.5 where id = 2");
  await db.expectEqual("widened");
  assert.equal(db.sync.catalog().table("t")?.columns[1]?.class, "number");
});
