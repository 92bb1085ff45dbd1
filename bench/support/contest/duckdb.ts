import { DuckDBInstance } from "@duckdb/node-api";
import { join } from "node:path";
import type { Contender, ContenderInput } from "./contender.ts";

/** DuckDB alone, on tables of its own with the types of rhei's mirror: 64-bit integers, doubles, text. */
export async function openDuckdb({ tables, scratch, threads }: ContenderInput): Promise<Contender> {
  const instance = await DuckDBInstance.create(join(scratch, "native.duckdb"), { threads: String(threads) });
  const connection = await instance.connect();
  for (const { name, path } of tables) {
    const columns = (await connection.runAndReadAll(`describe select * from '${path}'`)).getRows();
    const casts = columns.map(([column, type]) =>
      /INT/.test(String(type)) ? `${column}::bigint as ${column}` : String(column)
    );
    await connection.run(`create table ${name} as select ${casts.join(", ")} from '${path}'`);
  }
  await connection.run("checkpoint");
  return {
    run: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
