import { type Fragment, text } from "./fragment.ts";
import type { ScopeColumn } from "./expressions.ts";
import type { FuzzTable } from "./schema.ts";
import type { Flavour, Kind } from "./values.ts";

/** A table, view, CTE or subquery that can stand in FROM. */
export interface Relation {
  /** As written in FROM, a name or a parenthesised query. */
  readonly source: Fragment;
  /** Columns unqualified. */
  readonly columns: readonly ScopeColumn[];
  /** Columns that together are unique, or empty. */
  readonly key: readonly string[];
  /** No more rows than this, roughly: keeps joins of joins from running for minutes. */
  readonly rowsMax: number;
  /** Writes it as it was at some time, under an alias or its own name; absent where it has no versions. */
  readonly refer?: (alias: string | null) => Reference;
}

/** A relation as it stands in FROM, its alias included. */
export interface Reference {
  readonly source: Fragment;
  /** Columns unqualified. */
  readonly columns: readonly ScopeColumn[];
  readonly key: readonly string[];
}

/** A column a query gives; `name` is `null` where it has none to refer to. */
export interface OutputColumn {
  readonly name: string | null;
  readonly kind: Kind;
  readonly flavour: Flavour;
  readonly collated: boolean;
}

/** A SELECT without ORDER BY, and the columns it gives. */
export interface Body {
  readonly fragment: Fragment;
  readonly columns: readonly OutputColumn[];
  readonly rowsMax: number;
  /** Writes something to order by that need not be an output column; absent where only those may be used. */
  readonly sortKey?: () => Fragment;
}

/** Rows that changes may add to a table in a session. */
const GROWTH_ROWS = 80;

/** A table as a relation. */
export function relationOf(table: FuzzTable): Relation {
  return {
    source: text(table.name),
    columns: table.columns.map(({ name, kind, flavour, collated }) => ({ sql: name, kind, flavour, collated })),
    key: table.key,
    rowsMax: table.rowCount + GROWTH_ROWS,
  };
}

/** A relation over a query whose columns are all named. */
export function relationFrom(source: Fragment, body: Body): Relation {
  return {
    source,
    columns: body.columns.flatMap(({ name, kind, flavour, collated }) =>
      name === null ? [] : [{ sql: name, kind, flavour, collated }]
    ),
    key: [],
    rowsMax: body.rowsMax,
  };
}
