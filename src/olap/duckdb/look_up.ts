import duckdb from "@duckdb/node-bindings";
import { setImmediate } from "node:timers/promises";
import type { ColumnBatch, ExactValue } from "../../types/mod.ts";
import { pushRows, readVector } from "./chunk_reader.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { integerKeyPosition, type MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";
import type { RowFeeds } from "./row_feeds.ts";

/** Integer keys up to which they are written into the statement, which spares a temporary table. */
const LITERAL_KEYS = 256;
/** Chunks decoded before the event loop gets a turn: a few milliseconds' work. */
const CHUNKS_PER_TURN = 16;
const KEYS_TABLE = "rhei_lookup_keys";

/** Where a transaction reads; its connection runs nothing else meanwhile. */
export interface LookUpPlace {
  readonly connection: DuckdbConnection;
  readonly feeds: RowFeeds;
}

/** The rows of a table with these keys, which have passed {@linkcode checkBatch}. */
export async function lookUp(place: LookUpPlace, entry: MirrorEntry, keys: ColumnBatch): Promise<ExactValue[][]> {
  if (keys.rowCount === 0) return [];
  const [key] = keys.columns;
  if (keys.rowCount <= LITERAL_KEYS && integerKeyPosition(entry) !== null && key?.class === "integer") {
    return await readRows(
      place.connection,
      entry,
      `where ${keyName(entry, 0)} in (${key.data.subarray(0, keys.rowCount).join(", ")})`,
    );
  }
  return await joinKeys(place, entry, keys);
}

async function joinKeys(
  { connection, feeds }: LookUpPlace,
  entry: MirrorEntry,
  keys: ColumnBatch,
): Promise<ExactValue[][]> {
  const classes = entry.keyPositions.map((position) => entry.table.columns[position]!.class);
  const columns = classes.map((each, at) => `k${at} ${SQL_TYPE[each]}`);
  await connection.query(`create temp table ${KEYS_TABLE}(${columns.join(", ")})`);
  feeds.append("main", KEYS_TABLE, classes, keys.columns, 0, keys.rowCount);
  feeds.flush();
  const match = classes.map((_, at) => `${keyName(entry, at)} = wanted.k${at}`);
  const rows = await readRows(connection, entry, `join temp.${KEYS_TABLE} as wanted on ${match.join(" and ")}`);
  await connection.query(`drop table temp.${KEYS_TABLE}`);
  return rows;
}

function keyName({ table, keyPositions }: MirrorEntry, at: number): string {
  return `held.${quoteName(table.columns[keyPositions[at]!]!.name)}`;
}

async function readRows(connection: DuckdbConnection, { table }: MirrorEntry, rest: string): Promise<ExactValue[][]> {
  const columns = table.columns.map((column) => `held.${quoteName(column.name)}`);
  const result = await connection.query(
    `select ${columns.join(", ")} from ${mirrorTableName(table.name)} as held ${rest}`,
  );
  const rows: ExactValue[][] = [];
  for (let index = 0; index < duckdb.result_chunk_count(result); index++) {
    if (index % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) await setImmediate();
    const chunk = duckdb.result_get_chunk(result, index);
    const values = table.columns.map((column, at) => readVector(chunk, at, column.class));
    pushRows(values, duckdb.data_chunk_get_size(chunk), rows);
  }
  return rows;
}
