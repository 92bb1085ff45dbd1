/** Up to this length an expression is repeated: DuckDB computes equal ones once. */
const REPEAT_LENGTH_MAX = 160;

/**
 * Uses an expression several times without writing it out each time, which nested would grow without bound: DuckDB has no let, but
 * a lambda over a list of one does. Its parameter is numbered by nesting, so that equal expressions stay equal texts. Where there
 * is a subquery, which a lambda may not hold, the expression is repeated.
 */
export function bind(sql: string, use: (name: string) => string): string {
  if (sql.length <= REPEAT_LENGTH_MAX || isQuerying(sql)) return use(sql);
  const depths = Array.from(sql.matchAll(/lambda x(\d+):/g), (match) => Number(match[1]));
  const name = `x${Math.max(0, ...depths) + 1}`;
  return `list_transform([${sql}], lambda ${name}: ${use(name)})[1]`;
}

/** The same for a number and the tag beside it, which may hold aggregates and so must not be in the lambda's body either. */
export function bindTagged(sql: string, tag: string, use: (name: string, tag: string) => string): string {
  if (sql.length + tag.length <= REPEAT_LENGTH_MAX || isQuerying(sql) || isQuerying(tag)) return use(sql, tag);
  return bind(`{'n': ${sql}, 'i': ${tag}}`, (bound) => use(`${bound}.n`, `${bound}.i`));
}

function isQuerying(sql: string): boolean {
  return sql.includes("SELECT ");
}
