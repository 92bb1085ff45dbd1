import type { SchemaObject, SourceSchema } from "./source_schema.ts";

/**
 * Whether creations and drops that show in the schema account for every step of its version between two states.
 *
 * SQLite counts one step for each CREATE, DROP, ALTER TABLE and VACUUM. If what came and went cannot have taken fewer steps than there
 * were, no other change can hide among them. Anything that is counted otherwise makes the answer `false`: altered objects, virtual
 * tables, a table that may have been renamed.
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
  return created.length + dropStepsMin(dropped) === after.schemaVersion - before.schemaVersion;
}

/**
 * Whoever drops a table or view and makes it anew takes two steps, however many indexes and triggers go with it. That the table is
 * another one shows to capture: its triggers went too.
 */
const REMAKE_STEPS = 2;

/** The fewest steps that leave nothing of these objects. */
function dropStepsMin(dropped: readonly SchemaObject[]): number {
  const owners = dropped.filter(ownsObjects);
  const gone = new Set(owners.map((object) => object.name));
  const others = dropped.filter((object) => !ownsObjects(object) && !gone.has(object.table));
  const ofLiving = [...Map.groupBy(others, (object) => object.table).values()];
  return ofLiving.reduce((sum, { length }) => sum + Math.min(length, REMAKE_STEPS), owners.length);
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
