import type { Token } from "../../src/sql/mod.ts";
import { BEFORE_TABLE } from "./completion_words.ts";
import { afterSystemTime, VERSION_COLUMNS } from "./system_time.ts";

/** A table or view a person may name, with its columns. */
export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A table a statement names, with the name its columns may be qualified by. */
export interface ScopeEntry {
  /** The alias, or the table's own name. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** Names compare as SQLite's do. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a token can be a name: a bare word that is no keyword, or anything in name quotes. */
export function isName(token: Token | undefined): token is Token {
  return token !== undefined && ((token.kind === "name" && token.code === "") || token.kind === "quotedName");
}

/** The name a token spells, quotes removed. */
export function nameText(token: Token): string {
  if (token.kind !== "quotedName") return token.text;
  const quote = token.text[0] ?? "";
  const inner = token.text.slice(1, -1);
  return quote === "[" ? inner : inner.replaceAll(quote + quote, quote);
}

/**
 * The tables a half-typed statement names, wherever they stand: subqueries are not kept apart, since for completion a name
 * too many is better than one too few. Common table expressions count, with the columns they declare.
 */
export function statementScope(tokens: readonly Token[], tables: readonly CatalogTable[]): ScopeEntry[] {
  const known = [...commonTables(tokens), ...tables];
  const scope: ScopeEntry[] = [];
  let expectsTable = false;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (BEFORE_TABLE.has(token.code)) expectsTable = true;
    else if (expectsTable && isName(token)) {
      if (tokens[at + 1]?.code === "." && isName(tokens[at + 2])) at += 2;
      const table = known.find(({ name }) => sameName(name, nameText(tokens[at]!)));
      // FOR SYSTEM_TIME stands before the alias or behind it.
      const early = afterSystemTime(tokens, at + 1);
      const alias = aliasAfter(tokens, early);
      const end = alias === null ? early : alias.at + 1;
      const late = afterSystemTime(tokens, end);
      const versions = early > at + 1 || late > end ? VERSION_COLUMNS : [];
      if (table !== undefined) {
        scope.push({ name: alias?.name ?? table.name, columns: [...table.columns, ...versions] });
      }
      at = late - 1;
      // A comma after a table of FROM is followed by another one.
      expectsTable = tokens[at + 1]?.code === ",";
      if (expectsTable) at++;
    } else expectsTable = false;
  }
  return scope;
}

function aliasAfter(tokens: readonly Token[], at: number): { readonly name: string; readonly at: number } | null {
  const position = tokens[at]?.code === "AS" ? at + 1 : at;
  const token = tokens[position];
  return isName(token) ? { name: nameText(token), at: position } : null;
}

/** `WITH name (a, b) AS (` and `, name AS (`. */
function commonTables(tokens: readonly Token[]): CatalogTable[] {
  const found: CatalogTable[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const before = tokens[at - 1]?.code;
    if (!isName(token) || (before !== "WITH" && before !== "RECURSIVE" && before !== ",")) continue;
    const columns: string[] = [];
    let next = at + 1;
    if (tokens[next]?.code === "(") {
      for (next++; isName(tokens[next]) || tokens[next]?.code === ","; next++) {
        if (isName(tokens[next])) columns.push(nameText(tokens[next]!));
      }
      if (tokens[next]?.code !== ")") continue;
      next++;
    }
    if (tokens[next]?.code === "AS" && tokens[next + 1]?.code === "(") {
      found.push({ name: nameText(token), columns });
    }
  }
  return found;
}
