import type { SqlValue } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { parametersOf } from "../../src/sql/mod.ts";

/** Values set with `.param`, by name with its prefix (`:id`, `?1`). */
export type SessionParameters = ReadonlyMap<string, SqlValue>;

/**
 * The values of a statement's parameters in the order of their numbers.
 *
 * @throws {RheiError} `SQL_PARAMETERS` when one has no value.
 */
export function boundParameters(sql: string, values: SessionParameters): SqlValue[] {
  // Most statements have none, and long ones need not be read for that.
  if (!/[?:@$#]/.test(sql)) return [];
  const { count, names } = parametersOf(sql);
  return Array.from({ length: count }, (_, index) => {
    const name = names[index] ?? `?${index + 1}`;
    const value = values.get(name);
    if (value !== undefined) return value;
    throw new RheiError("SQL_PARAMETERS", `Cannot run the statement: parameter "${name}" has no value`, {
      hint: `.param set ${name} VALUE gives it one`,
    });
  });
}
