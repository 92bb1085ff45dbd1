import duckdb from "@duckdb/node-bindings";
import type { ColumnClass } from "../../types/mod.ts";

/** DuckDB's type for each class. */
export const PHYSICAL_TYPE: Readonly<Record<ColumnClass, duckdb.Type>> = {
  integer: duckdb.Type.BIGINT,
  real: duckdb.Type.DOUBLE,
  number: duckdb.Type.DOUBLE,
  text: duckdb.Type.VARCHAR,
  blob: duckdb.Type.BLOB,
};

/** The SQL name of the DuckDB type that holds a class. */
export const SQL_TYPE: Readonly<Record<ColumnClass, string>> = {
  integer: "BIGINT",
  real: "DOUBLE",
  number: "DOUBLE",
  text: "VARCHAR",
  blob: "BLOB",
};

/** Bytes of a `duckdb_string_t`, which stands for a text or blob in a vector. */
export const STRING_BYTES = 16;

/**
 * Bytes of a string that lie in the `duckdb_string_t` itself, after its u32 length. Of a longer one it holds the first 4 bytes
 * and, at offset 8, a pointer to all of them.
 */
export const INLINE_BYTES = 12;
