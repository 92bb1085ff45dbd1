import Database from "libsql";
import type { Contender, ContenderInput } from "../support/contest/contender.ts";

interface AlaSql {
  Database: new () => { exec(sql: string): Record<string, unknown>[] };
}

/** AlaSQL over arrays of objects in memory, on one thread. */
export async function openAlasql({ tables, sourcePath }: ContenderInput): Promise<Contender> {
  // A name the type checker does not follow: the package is installed by this folder's `deno.json` only.
  const name: string = "alasql";
  const { default: alasql } = await import(name) as { default: AlaSql };
  const database = new alasql.Database();
  const held = (database as unknown as { tables: Record<string, { data: unknown[] }> }).tables;
  const source = new Database(sourcePath, { readonly: true });
  for (const table of tables) {
    const columns = source.prepare(`SELECT name, type FROM pragma_table_info('${table.name}')`).raw(true)
      .all() as string[][];
    const types = columns.map(([column, type]) => `${column} ${type === "TEXT" ? "STRING" : "NUMBER"}`);
    database.exec(`CREATE TABLE ${table.name} (${types.join(", ")})`);
    held[table.name]!.data = source.prepare(`SELECT * FROM ${table.name}`).all();
  }
  source.close();
  return {
    run: async (sql) => database.exec(sql).map((row) => Object.values(row)),
    close: async () => {},
  };
}
