import { RheiError } from "../../src/errors/mod.ts";
import { isOfUsers } from "../meta/mod.ts";
import type { SessionEngine } from "./session_options.ts";
import type { SqlCatalog } from "./complete_sql.ts";
import type { CatalogTable } from "./statement_scope.ts";

const TABLES_AND_COLUMNS = `select m.name, c.name from sqlite_schema as m join pragma_table_xinfo(m.name) as c ` +
  `where m.type in ('table', 'view') and c.hidden <> 1 ` +
  `and ${isOfUsers("m.name")} order by m.name, c.cid`;

const FUNCTIONS = `select distinct name from pragma_function_list where name glob '[a-z]*' order by name`;

/** The names completion offers, as the database has them at this moment: read for each Tab, so they are never out of date. */
export class NamesCatalog {
  readonly #engine: Pick<SessionEngine, "query">;
  #functions: readonly string[] | null = null;

  constructor(engine: Pick<SessionEngine, "query">) {
    this.#engine = engine;
  }

  /** Tables and views with their columns, and the functions, which never change. Nothing while the database cannot be asked. */
  async read(): Promise<SqlCatalog> {
    try {
      return await this.#read();
    } catch (error) {
      // Completion is a convenience: what keeps the database from answering (a lock, say) is for statements to report.
      if (error instanceof RheiError) return { tables: [], functions: [] };
      throw error;
    }
  }

  async #read(): Promise<SqlCatalog> {
    this.#functions ??= (await this.#rows(FUNCTIONS)).map(([name]) => name ?? "");
    const tables: (CatalogTable & { columns: string[] })[] = [];
    for (const [table = "", column = ""] of await this.#rows(TABLES_AND_COLUMNS)) {
      if (tables.at(-1)?.name !== table) tables.push({ name: table, columns: [] });
      tables.at(-1)?.columns.push(column);
    }
    return { tables, functions: this.#functions };
  }

  async #rows(sql: string): Promise<string[][]> {
    const result = await this.#engine.query(sql, [], { route: "oltp" });
    return result.values().map((row) => row.map(String));
  }
}
