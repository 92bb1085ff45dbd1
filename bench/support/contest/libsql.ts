import Database from "libsql";
import type { Contender, ContenderInput } from "./contender.ts";

/** libSQL on the source itself. */
export async function openLibsql({ sourcePath }: ContenderInput): Promise<Contender> {
  const database = new Database(sourcePath, { readonly: true });
  return {
    run: async (sql) => database.prepare(sql).raw(true).all() as unknown[][],
    close: async () => {
      database.close();
    },
  };
}
