import assert from "node:assert/strict";
import { type ColumnBatch, type MirrorState, type MirrorTable, watermark } from "../../types/mod.ts";
import type { CompiledQuery } from "../compiled_query.ts";
import type { OlapTransaction } from "../olap_backend.ts";
import type { QueryRequest } from "../query_request.ts";
import type { BridgedQuery } from "./bridge/bridged_query.ts";
import type { BoundsOf } from "./column_bounds.ts";
import { DuckdbBackend } from "./duckdb_backend.ts";

const STATE: MirrorState = {
  formatVersion: 1,
  databaseId: "d",
  watermark: watermark(1),
  token: "t",
  previousToken: "p",
  schemaVersion: 1,
};
const TABLE: MirrorTable = {
  name: "T",
  source: { name: "T", columns: [], key: { kind: "rowid", alias: "id", accessName: "rowid" }, sql: "" },
  columns: [{ name: "id", class: "integer" }],
  keyColumns: ["id"],
};

/** A "bridge" whose statement shows what bounds it counts on and what the table holds. */
function showBounds(_: QueryRequest, boundsOf: BoundsOf): BridgedQuery {
  const bounds = boundsOf("T")?.get("id");
  return {
    kind: "bridged",
    sql: `select '${bounds === undefined ? "nothing" : `${bounds.least} to ${bounds.most}`}', max(id) from m."T"`,
    columns: ["bounds", "highest"].map((name) => ({ name, declaredType: null })),
    outputs: [{ class: "text" }, { class: "integer" }],
    tieGuard: null,
    exclusions: [],
    tables: ["t"],
  };
}

function batchOf(...ids: readonly bigint[]): ColumnBatch {
  return { rowCount: ids.length, columns: [{ class: "integer", data: BigInt64Array.from(ids), nulls: null }] };
}

async function withBackend(body: (backend: DuckdbBackend, query: CompiledQuery) => Promise<void>): Promise<void> {
  const backend = await DuckdbBackend.open({ path: null }, showBounds);
  try {
    const first = await backend.begin();
    await first.createTable(TABLE);
    await first.append("T", batchOf(5n));
    await first.commit(STATE);
    const outcome = await backend.compile({ text: "" } as QueryRequest);
    assert(outcome.kind === "compiled");
    await body(backend, outcome.query);
  } finally {
    await backend.close();
  }
}

async function appended(backend: DuckdbBackend, id: bigint): Promise<OlapTransaction> {
  const transaction = await backend.begin();
  await transaction.append("T", batchOf(id));
  return transaction;
}

Deno.test("run() keeps the bounds it was compiled with while data keeps them", () =>
  withBackend(async (backend, query) => {
    await (await appended(backend, 8n)).commit(STATE);
    assert.deepEqual((await backend.run(query)).rows, [["0 to 8", 8n]]);
  }));

Deno.test("run() counts on new bounds after a commit that left the old ones", () =>
  withBackend(async (backend, query) => {
    await (await appended(backend, -1000n)).commit(STATE);
    assert.deepEqual((await backend.run(query)).rows, [["-1024 to 8", 5n]]);
    const change = await backend.begin();
    await change.change("T", batchOf(100n), batchOf(-1000n));
    await change.commit(STATE);
    assert.deepEqual((await backend.run(query)).rows, [["-1024 to 128", 100n]]);
  }));

Deno.test("run() keeps its bounds when a transaction that left them was rolled back", () =>
  withBackend(async (backend, query) => {
    await (await appended(backend, 1000n)).rollback();
    assert.deepEqual((await backend.run(query)).rows, [["0 to 8", 5n]]);
  }));

Deno.test("run() counts on nothing when a commit during the query leaves the bounds", () =>
  withBackend(async (backend, query) => {
    const transaction = await appended(backend, 1000n);
    const running = backend.run(query);
    await transaction.commit(STATE);
    assert.deepEqual((await running).rows, [["nothing", 1000n]]);
  }));
