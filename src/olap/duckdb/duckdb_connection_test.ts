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

/** Remembers what it runs. */
class RecordingConnection extends DuckdbConnection {
  readonly texts: string[] = [];

  override query(sql: string): Promise<duckdb.Result> {
    this.texts.push(sql);
    return super.query(sql);
  }
}

Deno.test("prepared() prepares a statement once more under its name when the schema changed, and then keeps it", async () => {
  const database = await duckdb.open(":memory:", duckdb.create_config());
  const connection = new RecordingConnection(await duckdb.connect(database));
  try {
    const statement = "select $1::bigint + 1";
    await connection.prepared(statement);
    const name = await connection.prepared(statement);
    connection.schemaChanged();
    for (let ask = 0; ask < 2; ask++) assert.equal(await connection.prepared(statement), name);
    assert.deepEqual(connection.texts, Array(2).fill(`prepare ${name} as ${statement}`));
    const result = await connection.query(`execute ${name}(5)`);
    assert.deepEqual(readVector(duckdb.result_get_chunk(result, 0), 0, "integer"), [6n]);
  } finally {
    await connection.close();
    duckdb.close_sync(database);
  }
});
