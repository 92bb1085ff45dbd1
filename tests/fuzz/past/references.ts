import { type Fragment, plain, text } from "../fragment.ts";
import type { Random } from "../random.ts";
import { type Reference, type Relation, relationOf } from "../relations.ts";
import type { FuzzTable } from "../schema.ts";
import { VERSION_COLUMNS } from "./table_past.ts";
import { randomVersions } from "./versions_asked.ts";

/** Share of references to present rows: they stand beside versions in a statement. */
const PRESENT_SHARE = 0.2;

/** Times a table's rows that all their versions come to, roughly. */
const VERSIONS_PER_ROW = 2;

/** A table whose references ask for versions, most of them. */
export function withVersions(table: FuzzTable, random: Random): Relation {
  const present = relationOf(table);
  return {
    ...present,
    rowsMax: present.rowsMax * VERSIONS_PER_ROW,
    refer: (alias) => random.chance(PRESENT_SHARE) ? presentRows(present, alias) : versionsOf(table, alias, random),
  };
}

/** A random reference to versions of a table. */
export function versionsOf(table: FuzzTable, alias: string | null, random: Random): Reference {
  const asked = randomVersions(table.name, alias, random);
  const { columns, key } = relationOf(table);
  const source: Fragment = { kind: "versions", asked };
  if (asked.period.kind === "asOf") return { source, columns, key };
  const [from, to, operation] = VERSION_COLUMNS;
  return {
    source,
    columns: [
      ...columns,
      ...[from!, to!].map((sql) => ({ sql, kind: "date", flavour: "timestamp", collated: false } as const)),
      { sql: operation!, kind: "text", flavour: "category", collated: false },
    ],
    // A row that was replaced under another rowid ends and begins at one time.
    key: key.length === 0 ? [] : [...key, from!, operation!],
  };
}

/** References of statements that name rowids: only rows as of a time have one in SQLite's table. */
export function trapReference(random: Random): (table: FuzzTable, alias: string | null) => Fragment {
  return ({ name }, alias) => {
    const { period, ...asked } = randomVersions(name, alias, random);
    if (period.kind === "asOf") return { kind: "versions", asked: { ...asked, period } };
    return text(alias === null ? name : `${name} ${alias}`);
  };
}

function presentRows({ source, columns, key }: Relation, alias: string | null): Reference {
  return { source: alias === null ? source : plain`${source} ${alias}`, columns, key };
}
