import type { SqlValue } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";
import { parametersOf } from "../../src/sql/mod.ts";
import { isDotCommand } from "../meta/mod.ts";

/** Values set with `.param`, by name with its prefix (`:id`, `?1`). */
export type SessionParameters = ReadonlyMap<string, SqlValue>;

/** Names of the parameters that have a value, and of those the statement last typed has. */
export function parameterNames(values: SessionParameters, typed: readonly string[]): string[] {
  const last = typed.find((entry) => !isDotCommand(entry));
  const wanted = last === undefined ? [] : parametersOfTyped(last);
  return [...new Set([...values.keys(), ...wanted])].sort();
}

function parametersOfTyped(text: string): string[] {
  try {
    const { count, names } = parametersOf(text);
    return Array.from({ length: count }, (_, index) => names[index] ?? `?${index + 1}`);
  } catch (error) {
    // A statement with a mistake has been refused; here it only has nothing to offer.
    if (error instanceof RheiError) return [];
    throw error;
  }
}

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
