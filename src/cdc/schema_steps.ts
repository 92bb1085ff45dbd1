import type { SchemaObject, SourceSchema } from "./source_schema.ts";

/**
 * Whether creations and drops that show in the schema account for every step of its version between two states.
 *
 * SQLite counts one step for each CREATE, DROP, ALTER TABLE and VACUUM. If as many objects came or went as there were steps, no
 * other change can hide among them. Anything that is counted otherwise makes the answer `false`: altered objects, virtual tables, a
 * table that may have been renamed.
 */
export function showsEveryStep(before: SourceSchema, after: SourceSchema): boolean {
  const created = missingFrom(before, after);
  const dropped = missingFrom(after, before);
  const altered = [...after.objects].some(([key, object]) => {
    const former = before.objects.get(key);
    return former !== undefined && (former.sql !== object.sql || former.table !== object.table);
  });
  const renamed = created.some(isTable) && dropped.some(isTable);
  if (altered || renamed || [...created, ...dropped].some((object) => object.isVirtual)) return false;
  const gone = new Set(dropped.filter(ownsObjects).map((object) => object.name));
  const dropSteps = dropped.filter((object) => ownsObjects(object) || !gone.has(object.table));
  return created.length + dropSteps.length === after.schemaVersion - before.schemaVersion;
}

/** Objects of one state that the other lacks, without those that come and go by themselves. */
function missingFrom(other: SourceSchema, schema: SourceSchema): SchemaObject[] {
  return [...schema.objects].filter(([key, object]) => !other.objects.has(key) && !isImplied(object))
    .map(([, object]) => object);
}

function isTable(object: SchemaObject): boolean {
  return object.type === "table";
}

/** Whether dropping it drops indexes or triggers in the same step. */
function ownsObjects(object: SchemaObject): boolean {
  return object.type === "table" || object.type === "view";
}

/** Objects that come and go with another: indexes of constraints, SQLite's own tables. */
function isImplied(object: SchemaObject): boolean {
  return object.sql === "" || object.name.startsWith("sqlite_");
}
