import { RheiError, suggest } from "../../src/errors/mod.ts";
import { type Affinity, affinityOf, type ExactValue } from "../../src/types/mod.ts";

/** A column rows are imported into. */
export interface TargetColumn {
  readonly name: string;
  readonly affinity: Affinity;
  /** Declared as BLOB, not merely without a type: text that is a blob literal becomes its bytes. */
  readonly holdsBlobs: boolean;
  readonly notNull: boolean;
  /** Must be in the file: NOT NULL without a default, and not filled in by SQLite as a rowid. */
  readonly required: boolean;
}

/** A column of a table that is made for the file. */
export function newColumn(name: string, declaredType: string): TargetColumn {
  return {
    name,
    affinity: affinityOf(declaredType),
    holdsBlobs: holdsBlobs(declaredType),
    notNull: false,
    required: false,
  };
}

function holdsBlobs(declaredType: string): boolean {
  return declaredType.toUpperCase().includes("BLOB");
}

/** What importing needs of the database. `HtapEngine` has it. */
export interface ImportTarget {
  query(sql: string, params: readonly string[]): Promise<{ exactRows(): readonly (readonly ExactValue[])[] }>;
  transaction<T>(body: (transaction: ImportTransaction) => Promise<T>): Promise<T>;
}

/** One write transaction. */
export interface ImportTransaction {
  execute(sql: string, params?: readonly ExactValue[]): Promise<unknown>;
}

/**
 * The columns of a table that can be written, in declared order; `null` if there is no such table.
 *
 * @throws {RheiError} `SQL_ERROR` if the name is a view's.
 */
export async function targetColumns(target: ImportTarget, table: string): Promise<TargetColumn[] | null> {
  const found = await target.query(
    "select type from pragma_table_list where name = ? collate nocase and schema = 'main'",
    [table],
  );
  const kind = found.exactRows()[0]?.[0];
  if (kind === undefined) return null;
  if (kind === "view") throw new RheiError("SQL_ERROR", `Cannot import into "${table}": it is a view`);
  const info = await target.query(
    `select name, type, "notnull", dflt_value is not null, pk, hidden from pragma_table_xinfo(?) where hidden in (0, 1)`,
    [table],
  );
  const rows = info.exactRows();
  const keyColumns = rows.filter((row) => row[4] !== 0n).length;
  return rows.map(([name, type, notNull, hasDefault, pk]) => {
    const declaredType = type as string;
    const rowidAlias = pk !== 0n && keyColumns === 1 && declaredType.toUpperCase() === "INTEGER";
    return {
      name: name as string,
      affinity: affinityOf(declaredType),
      holdsBlobs: holdsBlobs(declaredType),
      notNull: notNull !== 0n,
      required: notNull !== 0n && hasDefault === 0n && !rowidAlias,
    };
  });
}

/**
 * The target column of each column of the file, matched by name (case ignored), or by position when the file has no names.
 *
 * @throws {RheiError} `FILE_FORMAT` if the table lacks a column of the file, the file repeats one, or lacks one that must be given.
 */
export function matchColumns(
  path: string,
  table: string,
  names: readonly string[],
  columns: readonly TargetColumn[],
  named: boolean,
): TargetColumn[] {
  const fail = (reason: string, hint?: string): never => {
    const message = `Cannot import "${path}" into "${table}": ${reason}`;
    throw new RheiError("FILE_FORMAT", message, { ...(hint === undefined ? {} : { hint }), details: { path, table } });
  };
  if (!named) {
    if (names.length === columns.length) return [...columns];
    return fail(`the table has ${columns.length} columns, the file ${names.length}`);
  }
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const taken = new Set<TargetColumn>();
  const matched = names.map((name) => {
    const column = byName.get(name.toLowerCase());
    if (column === undefined) {
      const near = suggest(name, columns.map((each) => each.name));
      return fail(
        `the table has no column "${name}"`,
        near === undefined
          ? `its columns are ${columns.map((each) => each.name).join(", ")}`
          : `did you mean "${near}"?`,
      );
    }
    if (taken.has(column)) return fail(`the file has the column "${name}" twice`);
    taken.add(column);
    return column;
  });
  const missing = columns.find((column) => column.required && !taken.has(column));
  return missing === undefined
    ? matched
    : fail(`the file lacks the column "${missing.name}", which is NOT NULL and has no default`);
}
