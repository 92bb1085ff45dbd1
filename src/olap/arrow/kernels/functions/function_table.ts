import type { ExactValue } from "../../../../types/mod.ts";

/** A scalar function. `collation` is what text is compared by, for the few that compare. */
export type ScalarFunction = (args: readonly ExactValue[], collation: string) => ExactValue;

/** Functions by lower-case name, with the least and greatest number of arguments they take. */
export type FunctionTable = Readonly<
  Record<string, { readonly arity: readonly [least: number, most: number]; readonly call: ScalarFunction }>
>;

/** A function that is NULL as soon as one argument is. */
export function strict(call: (...args: NonNullable<ExactValue>[]) => ExactValue): ScalarFunction {
  return (args) => args.includes(null) ? null : call(...args as NonNullable<ExactValue>[]);
}
