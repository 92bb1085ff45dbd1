import duckdb from "@duckdb/node-bindings";
import assert from "node:assert/strict";
import { readVector } from "./chunk_reader.ts";
import { DuckdbConnection } from "./duckdb_connection.ts";

Deno.test("prepared() gives a statement that recurs a name, and keeps those it gave", async () => {
  const database = await duckdb.open(":memory:", duckdb.create_config());
  const connection = new DuckdbConnection(await duckdb.connect(database));
  try {
    const statement = (at: number) => `select $1::bigint + ${at}`;
    assert.equal(await connection.prepared(statement(0)), null);
    const name = await connection.prepared(statement(0));
    for (let at = 1; at < 300; at++) assert.equal(await connection.prepared(statement(at)), null);
    assert.notEqual(await connection.prepared(statement(1)), name);
    // One too many.
    assert.equal(await connection.prepared(statement(299)), null);
    assert.equal(await connection.prepared(statement(0)), name);
    const result = await connection.query(`execute ${name}(5)`);
    assert.deepEqual(readVector(duckdb.result_get_chunk(result, 0), 0, "integer"), [5n]);
  } finally {
    await connection.close();
    duckdb.close_sync(database);
  }
});
