import Database from "libsql";
import { Random } from "../fuzz/random.ts";
import type { Row, Suite } from "./suite_table.ts";

/** Writes a suite's database into a new file; the same seed and scale give the same rows. */
export function buildSuite({ tables, indexes }: Suite, path: string, seed: number, scale: number): void {
  const database = new Database(path);
  try {
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("BEGIN");
    const made = new Map<string, readonly Row[]>();
    for (const { name, primaryKey, typeOf, rows: rowsOf } of tables) {
      const rows = rowsOf(new Random(seed), made, scale);
      made.set(name, rows);
      const columns = Object.keys(rows[0]!);
      const definitions = columns.map((column) => `${column} ${typeOf(column)}`);
      if (primaryKey.length > 0) definitions.push(`PRIMARY KEY (${primaryKey.join(", ")})`);
      database.exec(`CREATE TABLE ${name} (${definitions.join(", ")})`);
      const insert = database.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`);
      for (const row of rows) insert.run(columns.map((column) => row[column]));
    }
    for (const sql of indexes) database.exec(sql);
    database.exec("COMMIT");
    database.exec("ANALYZE");
  } finally {
    database.close();
  }
}
