/** Where the host of a URL begins, for want of regular expressions. */
const HOST_ONWARD = "replace(substr(Referer, instr(Referer, '://') + 3), 'www.', '')";

/**
 * What the statements mean in SQLite, where they are written for another engine: there `CAST(x AS date)` is a date, while SQLite
 * makes the number of its year of it. Thresholds that presuppose the benchmark's full size are brought down to the generated one's.
 */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\bcast\s*\(\s*('[^']*'|\w+)\s+as\s+date\s*\)/gi, "date($1)"],
  [/\bSTRLEN\s*\(/g, "length("],
  [/\bREGEXP_REPLACE\(Referer, '[^']*', '[^']*'\)/g, `substr(${HOST_ONWARD}, 1, instr(${HOST_ONWARD}, '/') - 1)`],
  [/\bmod\s*\(\s*(\([^()]*\)|[\w* ]+),\s*(\d+)\)/gi, "($1 % $2)"],
  [/HAVING COUNT\(\*\) > 100000/g, "HAVING COUNT(*) > 100"],
  [/OFFSET 1000?0?$/g, "OFFSET 5"],
];

/** The statement in SQLite's dialect and at the generated size; the same text if nothing needs to change. */
export function inSqliteDialect(sql: string): string {
  return REWRITES.reduce((text, [pattern, replacement]) => text.replaceAll(pattern, replacement), sql);
}
