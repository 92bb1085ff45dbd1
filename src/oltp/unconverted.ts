import { lex, type Token } from "../sql/mod.ts";

const OPERATORS: ReadonlySet<string> = new Set(["UNION", "EXCEPT", "INTERSECT"]);

/** Whether a SELECT is a compound of several. */
export function isCompound(select: string): boolean {
  return outermost(select).some(({ code }) => OPERATORS.has(code));
}

/**
 * A SELECT in a form that gives the same values as a subquery. Of a compound whose first arm's column is a REAL, SQLite would turn the
 * INTEGERs of other arms into REALs as it reads them from the subquery; not so where an arm has texts in that column, if only in no rows.
 *
 * @param columnCount Its columns.
 */
export function unconverted(select: string, columnCount: number): string {
  const tokens = outermost(select);
  const last = tokens.findLastIndex(({ code }) => OPERATORS.has(code));
  if (last < 0) return select;
  const end = tokens.slice(last).find(({ code }) => code === "ORDER" || code === "LIMIT")?.start ?? select.length;
  const texts = new Array<string>(columnCount).fill("''").join(", ");
  return `${select.slice(0, end)}\nUNION ALL SELECT ${texts} WHERE 0 ${select.slice(end)}`;
}

/** The tokens that stand in no parentheses. */
function outermost(select: string): Token[] {
  let depth = 0;
  return lex(select).filter(({ code }) => {
    if (code === "(") depth++;
    else if (code === ")") depth--;
    return depth === 0;
  });
}
