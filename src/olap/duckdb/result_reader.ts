import duckdb from "@duckdb/node-bindings";
import { setImmediate } from "node:timers/promises";
import { invariant } from "../../errors/mod.ts";
import type { ExactValue } from "../../types/mod.ts";
import { RuntimeDecline } from "../olap_backend.ts";
import type { BridgedQuery, OutputColumn } from "./bridge/bridged_query.ts";
import { cancelled } from "./cancellable_query.ts";
import { expectColumn, pushRows, readVector, type VectorClass } from "./chunk_reader.ts";

/** Chunks decoded before the event loop gets a turn: about 30,000 rows, some ten milliseconds. */
const CHUNKS_PER_TURN = 16;

type Row = ExactValue[];

/**
 * Reads a computed result into rows as `outputs` says, in turns that let other work of the event loop pass.
 *
 * @throws {RheiError} `CANCELLED` when `signal` aborts meanwhile.
 * @throws {RuntimeDecline} When the order of the row at LIMIT's edge is a tie, see {@linkcode BridgedQuery.tieGuard}.
 */
export async function readResult(
  result: duckdb.Result,
  { outputs, tieGuard }: Pick<BridgedQuery, "outputs" | "tieGuard">,
  signal?: AbortSignal,
): Promise<Row[]> {
  const readers = columnReaders(result, outputs);
  const keys = tieGuard === null ? [] : keyReaders(result, readers.physicalColumns, tieGuard.keyColumns);
  invariant(
    duckdb.column_count(result) === readers.physicalColumns + keys.length,
    `the result has ${readers.physicalColumns} output and ${keys.length} key columns`,
  );
  const rows: Row[] = [];
  const edge: string[] = [];
  const chunkCount = duckdb.result_chunk_count(result);
  for (let index = 0; index < chunkCount; index++) {
    if (index % CHUNKS_PER_TURN === CHUNKS_PER_TURN - 1) {
      await setImmediate();
      if (signal?.aborted) throw cancelled(signal);
    }
    const chunk = duckdb.result_get_chunk(result, index);
    if (tieGuard !== null) readEdge(chunk, keys, rows.length, tieGuard.rows, edge);
    pushRows(readers.columns.map((read) => read(chunk)), duckdb.data_chunk_get_size(chunk), rows);
  }
  if (tieGuard !== null && rows.length > tieGuard.rows) {
    if (edge.length === 2 && edge[0] === edge[1]) {
      throw new RuntimeDecline("rows tie at the edge of LIMIT, where SQLite is free to choose");
    }
    rows.length = tieGuard.rows;
  }
  return rows;
}

type ColumnReader = (chunk: duckdb.DataChunk) => readonly ExactValue[] | null;

/** A reader per output; `null` where every value is NULL. */
function columnReaders(result: duckdb.Result, outputs: readonly OutputColumn[]) {
  const columns: ColumnReader[] = [];
  let physical = 0;
  for (const output of outputs) {
    const index = physical++;
    const kind = output.class;
    if (kind === "null") {
      columns.push(() => null);
    } else if (kind === "tagged") {
      const flag = physical++;
      expectColumn(result, index, "real");
      expectColumn(result, flag, "boolean");
      columns.push((chunk) => readTagged(chunk, index, flag));
    } else {
      expectColumn(result, index, kind);
      columns.push((chunk) => readVector(chunk, index, kind));
    }
  }
  return { columns, physicalColumns: physical };
}

/** A double that stands for an INTEGER where the flag is true. */
function readTagged(chunk: duckdb.DataChunk, index: number, flag: number): readonly ExactValue[] {
  const doubles = readVector(chunk, index, "real");
  const flags = readVector(chunk, flag, "boolean");
  return doubles.map((value, row) => typeof value === "number" && flags[row] === 1n ? BigInt(value) : value);
}

interface KeyReader {
  readonly index: number;
  readonly as: VectorClass;
}

const KEY_CLASS: ReadonlyMap<duckdb.Type, VectorClass> = new Map([
  [duckdb.Type.BIGINT, "integer"],
  [duckdb.Type.DOUBLE, "real"],
  [duckdb.Type.VARCHAR, "text"],
  [duckdb.Type.BLOB, "blob"],
  [duckdb.Type.BOOLEAN, "boolean"],
]);

function keyReaders(result: duckdb.Result, first: number, count: number): KeyReader[] {
  return Array.from({ length: count }, (_, offset) => {
    const type = duckdb.column_type(result, first + offset);
    const as = KEY_CLASS.get(type);
    invariant(as !== undefined, `a tie guard's key is of a type the mirror reads, not ${duckdb.Type[type]}`);
    return { index: first + offset, as };
  });
}

/** Adds the keys of the last kept row and of the extra row to `edge`, in comparable form, if the chunk holds them. */
function readEdge(
  chunk: duckdb.DataChunk,
  keys: readonly KeyReader[],
  start: number,
  limit: number,
  edge: string[],
): void {
  const end = start + duckdb.data_chunk_get_size(chunk);
  const wanted = [limit - 1, limit].filter((row) => row >= start && row < end);
  if (wanted.length === 0) return;
  const columns = keys.map(({ index, as }) => readVector(chunk, index, as));
  for (const row of wanted) edge.push(JSON.stringify(columns.map((values) => comparable(values[row - start]!))));
}

/** Equal exactly for values that sort as equals: -0.0 is 0.0, text and blobs compare by their bytes. */
function comparable(value: ExactValue): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? value.toString() : `${typeof value} ${value === 0 ? 0 : value}`;
}
