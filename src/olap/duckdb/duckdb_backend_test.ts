import { DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { join } from "node:path";
import { RheiError } from "../../errors/mod.ts";
import { type MirrorState, type MirrorTable, watermark } from "../../types/mod.ts";
import { type OlapOptions, RuntimeDecline } from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import type { BridgedQuery, OutputColumn } from "./bridge/bridged_query.ts";
import { DuckdbBackend } from "./duckdb_backend.ts";

/** A "bridge" that hands DuckDB SQL through: these tests are about what becomes of its results. */
function passThrough(outputs: readonly OutputColumn["class"][], tieGuard: BridgedQuery["tieGuard"] = null) {
  return ({ text }: QueryRequest): BridgedQuery => ({
    kind: "bridged",
    sql: text,
    columns: outputs.map((_, at) => ({ name: `c${at}`, declaredType: null })),
    outputs: outputs.map((each) => ({ class: each })),
    tieGuard,
    exclusions: [],
    tables: [],
  });
}

async function answer(
  sql: string,
  outputs: readonly OutputColumn["class"][],
  tieGuard: BridgedQuery["tieGuard"] = null,
  options: OlapOptions = { path: null },
) {
  const backend = await DuckdbBackend.open(options, passThrough(outputs, tieGuard));
  try {
    const outcome = await backend.compile({ text: sql } as QueryRequest);
    assert(outcome.kind === "compiled");
    return (await backend.run(outcome.query)).rows;
  } finally {
    await backend.close();
  }
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rhei-duckdb-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const failsAs = (code: string) => (error: unknown) => error instanceof RheiError && error.code === code;
const STATE: MirrorState = {
  formatVersion: 1,
  databaseId: "d",
  watermark: watermark(1),
  token: "t",
  previousToken: "p",
  schemaVersion: 1,
};
const TABLE: MirrorTable = {
  name: "t",
  source: { name: "t", columns: [], key: { kind: "rowid", alias: "id", accessName: "rowid" }, sql: "" },
  columns: [{ name: "id", class: "integer" }, { name: "v", class: "text" }],
  keyColumns: ["id"],
};

Deno.test("run() reads each output class, tagged numbers and NULLs", async () => {
  const sql =
    "select * from (values (1::bigint, 2::double, 3::double, 'x', 'y'::blob, null, 4::double, true, 5::double, false)," +
    " (null, null, null, null, null, null, null, null, 0.5::double, false)) order by 1 nulls last";
  const outputs = ["integer", "real", "number", "text", "blob", "null", "tagged", "tagged"] as const;
  assert.deepEqual(await answer(sql, outputs), [
    [1n, 2, 3n, "x", new Uint8Array([121]), null, 4n, 5],
    [null, null, null, null, null, null, null, 0.5],
  ]);
});

Deno.test("run() keeps the order and every value of a result of many chunks", async () => {
  const sql =
    "select range, 'value number ' || range, case when range % 7 = 0 then null else range / 4 end from range(50000)";
  const rows = await answer(sql, ["integer", "text", "real"]);
  assert.equal(rows.length, 50_000);
  rows.forEach((row, at) => {
    assert.deepEqual(row, [BigInt(at), `value number ${at}`, at % 7 === 0 ? null : at / 4]);
  });
});

Deno.test("run() stops reading a large result when its signal aborts", async () => {
  const backend = await DuckdbBackend.open({ path: null }, passThrough(["integer"]));
  const outcome = await backend.compile({ text: "select range from range(1000000)" } as QueryRequest);
  assert(outcome.kind === "compiled");
  // Reading asks the signal only once the query is done: it is the 3rd look that finds it aborted.
  const controller = new AbortController();
  let looks = 0;
  const signal = new Proxy(controller.signal, {
    get: (target, name) => {
      if (name === "aborted") return ++looks > 3;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await assert.rejects(backend.run(outcome.query, { signal }), failsAs("CANCELLED"));
  await backend.close();
});

Deno.test("run() refuses a result whose physical types are not what the bridge said", async () => {
  await assert.rejects(answer("select 1::hugeint", ["integer"]), /result column 0 is HUGEINT, wanted BIGINT/);
  await assert.rejects(answer("select 'a'", ["blob"]), /VARCHAR, wanted BLOB/);
  await assert.rejects(answer("select 1::bigint, 2::bigint", ["integer"]), /1 output and 0 key columns/);
});

const TIES: readonly {
  readonly name: string;
  readonly keys: readonly string[];
  readonly limit: number;
  readonly tie: boolean;
}[] = [
  { name: "last kept and extra row differ", keys: ["1::bigint", "2::bigint", "3::bigint"], limit: 2, tie: false },
  { name: "they are equal integers", keys: ["1::bigint", "2::bigint", "2::bigint"], limit: 2, tie: true },
  { name: "earlier rows are equal", keys: ["2::bigint", "2::bigint", "3::bigint"], limit: 2, tie: false },
  { name: "there is no extra row", keys: ["2::bigint", "2::bigint"], limit: 2, tie: false },
  { name: "there are fewer rows", keys: ["2::bigint"], limit: 2, tie: false },
  { name: "LIMIT keeps no row", keys: ["2::bigint"], limit: 0, tie: false },
  { name: "both are NULL", keys: ["1::bigint", "null::bigint", "null::bigint"], limit: 2, tie: true },
  { name: "one is NULL", keys: ["1::bigint", "1::bigint", "null::bigint"], limit: 2, tie: false },
  { name: "zeros differ in sign", keys: ["-1::double", "'-0.0'::double", "0::double"], limit: 2, tie: true },
  {
    name: "doubles differ in the last bit",
    keys: ["0::double", "1::double", "1.0000000000000002::double"],
    limit: 2,
    tie: false,
  },
  { name: "texts differ in case", keys: ["'A'", "'a'", "'A'"], limit: 2, tie: false },
  { name: "texts are equal", keys: ["'A'", "'a'", "'a'"], limit: 2, tie: true },
  { name: "blobs are equal", keys: ["'x'::blob", "'y'::blob", "'y'::blob"], limit: 2, tie: true },
  { name: "booleans differ", keys: ["false", "false", "true"], limit: 2, tie: false },
  { name: "they lie in different chunks", keys: Array(2049).fill("7::bigint"), limit: 2048, tie: true },
];

for (const { name, keys, limit, tie } of TIES) {
  Deno.test(`run() ${tie ? "declines" : "cuts the rows"} at the edge of LIMIT when ${name}`, async () => {
    const values = keys.map((key, at) => `(${at}::bigint, ${key})`);
    const run = answer(`select * from (values ${values})`, ["integer"], { rows: limit, keyColumns: 1 });
    if (tie) await assert.rejects(run, RuntimeDecline);
    else assert.deepEqual(await run, keys.slice(0, limit).map((_, at) => [BigInt(at)]));
  });
}

Deno.test("run() declines when DuckDB fails over a value", async () => {
  for (const expression of ["9223372036854775807 + range", "'x'::bigint + range", "error('rhei_decline: because')"]) {
    await assert.rejects(answer(`select ${expression} from range(2)`, ["integer"]), RuntimeDecline, expression);
  }
});

Deno.test("run() fails with SQL_ERROR when memory runs out", async () => {
  const sql = "select list(range) from range(50000000) group by range % 1000000";
  const options = { path: null, memoryLimitBytes: 50_000_000, threads: 1 };
  const outOfMemory = (error: unknown) => failsAs("SQL_ERROR")(error) && /out of memory/i.test(String(error));
  await assert.rejects(answer(sql, ["integer"], null, options), outOfMemory);
});

Deno.test("run() reaches no file but the mirror", async () => {
  const file = JSON.stringify(import.meta.filename).replaceAll('"', "'");
  for (
    const sql of [
      `select content from read_text(${file})`,
      `attach ${file} as other`,
      "copy (select 1) to 'x.csv'",
      "load httpfs",
    ]
  ) {
    await assert.rejects(answer(sql, ["text"]), /disabled|Permission|not allowed/i, sql);
  }
});

Deno.test("openDuckdb() says which setting is wrong", async () => {
  await assert.rejects(DuckdbBackend.open({ path: null, threads: 0 }, passThrough([])), /threads/);
});

Deno.test("state() is null for a DuckDB file of someone else, until a reset replaces it", async () => {
  await inFolder(async (folder) => {
    const foreign = await DuckDBInstance.create(join(folder, "mirror.duckdb"));
    const connection = await foreign.connect();
    await connection.run("create table rhei_state(a int); insert into rhei_state values (1)");
    connection.closeSync();
    foreign.closeSync();
    const backend = await DuckdbBackend.open({ path: folder }, passThrough([]));
    assert.equal(await backend.state(), null);
    await assert.rejects(backend.begin(), failsAs("OLAP_UNAVAILABLE"));
    await backend.reset();
    await (await backend.begin()).commit(STATE);
    assert.deepEqual((await backend.state())?.state, STATE);
    await backend.close();
  });
});

Deno.test("state() is null for a mirror of another layout version, until a reset replaces it", async () => {
  await inFolder(async (folder) => {
    const before = await DuckdbBackend.open({ path: folder }, passThrough([]));
    const transaction = await before.begin();
    await transaction.createTable(TABLE);
    await transaction.commit({ ...STATE, formatVersion: 999 });
    await before.close();
    const after = await DuckdbBackend.open({ path: folder }, passThrough([]));
    assert.equal(await after.state(), null);
    await assert.rejects(after.begin(), failsAs("OLAP_UNAVAILABLE"));
    await after.reset();
    await (await after.begin()).commit(STATE);
    assert.deepEqual((await after.state())?.state, STATE);
    await after.close();
  });
});

Deno.test("a failed commit leaves the state before it, and the next transaction works", async () => {
  const backend = await DuckdbBackend.open({ path: null, memoryLimitBytes: 60_000_000, threads: 1 }, passThrough([]));
  const load = await backend.begin();
  await load.createTable(TABLE);
  await load.commit(STATE);
  const tooLarge = await backend.begin();
  const ids = BigInt64Array.from({ length: 200_000 }, (_, at) => BigInt(at));
  const texts = Array.from(ids, (id) => `${id} `.repeat(100));
  const columns = [{ class: "integer", data: ids, nulls: null }, { class: "text", data: texts }] as const;
  const filled = (async () => {
    await tooLarge.append("t", { rowCount: ids.length, columns });
    await tooLarge.commit({ ...STATE, watermark: watermark(2) });
  })();
  await assert.rejects(filled, failsAs("SYNC_FAILED"));
  await tooLarge.rollback();
  assert.deepEqual((await backend.state())?.state, STATE);
  assert.equal(await backend.rowCount("t"), 0);
  const next = await backend.begin();
  await next.append("t", { rowCount: 1, columns });
  await next.commit({ ...STATE, watermark: watermark(2) });
  assert.equal(await backend.rowCount("t"), 1);
  await backend.close();
});
