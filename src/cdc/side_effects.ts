import { foldName } from "../sql/mod.ts";
import type { SideEffects } from "./image_triggers.ts";
import { OWN_PREFIX, type SourceSchema, type SqlReader } from "./source_schema.ts";

/** The triggers and foreign key actions of the user; of triggers, only those in the database itself. */
export async function sideEffects(reader: SqlReader, schema: SourceSchema): Promise<SideEffects> {
  const { rows } = await reader.query(
    `SELECT l.name, f."table", max(f.on_delete GLOB 'SET *') FROM pragma_table_list AS l JOIN pragma_foreign_key_list(l.name, 'main') AS f
      WHERE l.schema = 'main' AND l.type = 'table'
        AND (f.on_update NOT IN ('NO ACTION', 'RESTRICT') OR f.on_delete NOT IN ('NO ACTION', 'RESTRICT'))
      GROUP BY 1, 2`,
  );
  return {
    triggers: [...schema.objects.values()].filter(({ type, name }) =>
      type === "trigger" && !name.startsWith(OWN_PREFIX)
    ),
    actions: rows.map(([child, parent, updates]) => ({
      child: foldName(String(child)),
      parent: foldName(String(parent)),
      updates: updates === 1n,
    })),
  };
}
