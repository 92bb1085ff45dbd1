import { lex } from "../sql/mod.ts";

const OPERATORS: ReadonlySet<string> = new Set(["UNION", "EXCEPT", "INTERSECT"]);

/**
 * Whether a SELECT is a compound of several. Read as a subquery, one may give other values: where its first arm's column is a REAL,
 * SQLite turns the INTEGERs of the other arms into REALs.
 */
export function isCompound(select: string): boolean {
  let depth = 0;
  for (const { code } of lex(select)) {
    if (code === "(") depth++;
    else if (code === ")") depth--;
    else if (depth === 0 && OPERATORS.has(code)) return true;
  }
  return false;
}
