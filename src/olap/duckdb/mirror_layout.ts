import duckdb from "@duckdb/node-bindings";
import { quoteText } from "../../sql/mod.ts";
import { MIRROR_FORMAT_VERSION, type MirrorState, type MirrorTable, watermark } from "../../types/mod.ts";
import { expectColumn, readVector } from "./chunk_reader.ts";
import type { DuckdbConnection } from "./duckdb_connection.ts";
import { MIRROR_SCHEMA } from "./physical_name.ts";

/** What rhei itself keeps beside the mirrored tables, changed in the same transactions. */
export interface MirrorContents {
  readonly state: MirrorState;
  readonly tables: readonly MirrorTable[];
}

/** Creates rhei's own tables in an empty database. */
export async function createLayout(connection: DuckdbConnection): Promise<void> {
  await connection.query(
    `begin; create schema ${MIRROR_SCHEMA}; create schema rhei;` +
      " create table rhei.state(format_version bigint, description varchar);" +
      " create table rhei.tables(folded_name varchar, description varchar); commit",
  );
}

/** Whether a database holds nothing yet, not even rhei's own tables. */
export async function isEmpty(connection: DuckdbConnection): Promise<boolean> {
  const result = await connection.query("select count(*) from duckdb_tables()");
  return readVector(duckdb.result_get_chunk(result, 0), 0, "integer")[0] === 0n;
}

/**
 * The state and tables a mirror holds, or `null` where none was committed yet.
 *
 * @throws {Error} If the mirror is of another layout. It must not pass for an empty one: history may be in it.
 */
export async function readContents(connection: DuckdbConnection): Promise<MirrorContents | null> {
  const versions = await readTexts(connection, "select format_version::varchar from rhei.state");
  const other = versions.find((version) => version !== String(MIRROR_FORMAT_VERSION));
  if (other !== undefined) throw new Error(`The mirror is of version ${other}, not ${MIRROR_FORMAT_VERSION}`);
  const states = await readTexts(connection, "select description from rhei.state");
  if (states.length !== 1) return null;
  const state = JSON.parse(states[0]!) as MirrorState;
  const tables = await readTexts(connection, "select description from rhei.tables order by folded_name");
  return {
    state: { ...state, watermark: watermark(state.watermark) },
    tables: tables.map((description) => JSON.parse(description) as MirrorTable),
  };
}

/** SQL that stores the state in a mirror of which none is known. */
export function storeFirstStateSql(state: MirrorState): string {
  return `delete from rhei.state; insert into rhei.state values (${state.formatVersion}, ${
    quoteText(JSON.stringify(state))
  });`;
}

/** SQL that replaces the stored state. */
export function replaceStateSql(state: MirrorState): string {
  return `update rhei.state set format_version = ${state.formatVersion}, description = ${
    quoteText(JSON.stringify(state))
  };`;
}

/** SQL that forgets a table's description. */
export function forgetTableSql(foldedName: string): string {
  return `delete from rhei.tables where folded_name = ${quoteText(foldedName)};`;
}

/** SQL that stores a table's description. */
export function storeTableSql(foldedName: string, table: MirrorTable): string {
  return `insert into rhei.tables values (${quoteText(foldedName)}, ${quoteText(JSON.stringify(table))});`;
}

async function readTexts(connection: DuckdbConnection, sql: string): Promise<string[]> {
  const result = await connection.query(sql);
  expectColumn(result, 0, "text");
  const texts: string[] = [];
  for (let index = 0; index < duckdb.result_chunk_count(result); index++) {
    texts.push(...readVector(duckdb.result_get_chunk(result, index), 0, "text") as string[]);
  }
  return texts;
}
