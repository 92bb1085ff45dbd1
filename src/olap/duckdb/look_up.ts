import duckdb from "@duckdb/node-bindings";
import { setImmediate } from "node:timers/promises";
import type { ColumnBatch, ExactValue } from "../../types/mod.ts";
import { pushRows, readVector } from "./chunk_reader.ts";
import { SQL_TYPE } from "./column_type.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import type { MirrorEntry } from "./mirror_entry.ts";
import { mirrorTableName, quoteName } from "./physical_name.ts";
import type { RowFeeds } from "./row_feeds.ts";
import { JSON_TEXT, LITERALS, matchKeys, writtenRows } from "./written_rows.ts";

/** Keys, and length of their text, up to which they are written into the statement, which spares a temporary table. */
const WRITTEN_KEYS = 2048;
/** Keys up to which they are literals. */
const LITERAL_KEYS = 64;
const TEXT_LENGTH_MAX = 64 << 10;
/** Chunks decoded before the event loop gets a turn: a few milliseconds' work. */
const CHUNKS_PER_TURN = 16;
const KEYS_TABLE = "rhei_lookup_keys";

/** Where a transaction reads; its connection runs nothing else meanwhile. */
export interface LookUpPlace {
  readonly connection: DuckdbConnection;
  readonly feeds: RowFeeds;
  /** Has DuckDB begin the transaction, for what must be undone if it fails. A few keys need none: there is no other writer. */
  readonly begin: () => Promise<void>;
}

/** The rows of a table with these keys, which have passed {@linkcode checkBatch}. */
export async function lookUp(place: LookUpPlace, entry: MirrorEntry, keys: ColumnBatch): Promise<ExactValue[][]> {
  if (keys.rowCount === 0) return [];
  const form = keys.rowCount <= LITERAL_KEYS ? LITERALS : JSON_TEXT;
  const few = keys.rowCount <= WRITTEN_KEYS ? writtenRows(form, keys.columns, keys.rowCount, TEXT_LENGTH_MAX) : null;
  const match = few === null ? null : matchKeys(form, entry, "held", few);
  if (match === null || (match.keys?.length ?? match.condition.length) > TEXT_LENGTH_MAX) {
    return await joinKeys(place, entry, keys);
  }
  const { keys: given, condition } = match;
  const rest = given === null ? `where ${condition}` : `join ${given} on ${condition}`;
  return await readRows(place.connection, entry, rest);
}

async function joinKeys(
  { connection, feeds, begin }: LookUpPlace,
  entry: MirrorEntry,
  keys: ColumnBatch,
): Promise<ExactValue[][]> {
  const { table, keyPositions } = entry;
  const classes = keyPositions.map((position) => table.columns[position]!.class);
  const columns = classes.map((each, at) => `k${at} ${SQL_TYPE[each]}`);
  await begin();
  await connection.query(`create temp table ${KEYS_TABLE}(${columns.join(", ")})`);
  feeds.append("main", KEYS_TABLE, classes, keys.columns, 0, keys.rowCount);
  feeds.flush();
  const match = keyPositions.map((position, at) => `held.${quoteName(table.columns[position]!.name)} = wanted.k${at}`);
  const rows = await readRows(connection, entry, `join temp.${KEYS_TABLE} as wanted on ${match.join(" and ")}`);
  await connection.query(`drop table temp.${KEYS_TABLE}`);
  return rows;
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
