import { foldName, lex, type Token } from "../sql/mod.ts";

/**
 * Facts that SQLite keeps only in the text of CREATE statements: column collations, expressions of indexes. The texts come
 * from sqlite_schema, so they are known to be valid SQL.
 */

/** A token with the name it stands for, if it is one, and the number of parentheses open before it. */
interface SchemaToken {
  readonly token: Token;
  readonly name: string | null;
  readonly depth: number;
}

function schemaTokens(sql: string): SchemaToken[] {
  let depth = 0;
  return lex(sql).map((token) => {
    if (token.text === ")") depth--;
    const schemaToken = { token, name: nameOf(token), depth };
    if (token.text === "(") depth++;
    return schemaToken;
  });
}

function nameOf({ kind, text }: Token): string | null {
  if (kind === "name") return text;
  if (kind !== "quotedName") return null;
  const quote = text.at(-1) ?? "";
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}

/** The comma-separated parts between the first parenthesis and its partner, and what follows the partner. */
function firstList(tokens: readonly SchemaToken[]): { parts: SchemaToken[][]; rest: SchemaToken[] } {
  const open = tokens.findIndex((token) => token.token.text === "(");
  if (open < 0) return { parts: [], rest: [] };
  const close = tokens.findIndex((token, at) => at > open && token.token.text === ")" && token.depth === 0);
  const parts: SchemaToken[][] = [[]];
  for (const token of tokens.slice(open + 1, close)) {
    if (token.depth === 1 && token.token.text === ",") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return { parts, rest: tokens.slice(close + 1) };
}

function isWord(token: SchemaToken | undefined, word: string): boolean {
  return token?.token.kind === "name" && foldName(token.token.text) === word;
}

/** The collations that a CREATE TABLE text declares, upper case, by folded column name; columns without one are left out. */
export function columnCollations(createTable: string): ReadonlyMap<string, string> {
  const collations = new Map<string, string>();
  for (const part of firstList(schemaTokens(createTable)).parts) {
    const column = part[0]?.name;
    if (column === null || column === undefined) continue;
    // Deeper COLLATEs belong to CHECK or generating expressions; of several, SQLite takes the last.
    part.forEach((token, at) => {
      const collation = part[at + 1]?.name;
      if (token.depth === 1 && isWord(token, "collate") && collation) {
        collations.set(foldName(column), collation.toUpperCase());
      }
    });
  }
  return collations;
}

/** The names that the definition of each column in a CREATE TABLE text mentions, both folded. Constraints of the table stand under their first word. */
export function namesInColumns(createTable: string): ReadonlyMap<string, ReadonlySet<string>> {
  const mentioned = new Map<string, ReadonlySet<string>>();
  for (const [column, ...definition] of firstList(schemaTokens(createTable)).parts) {
    if (column?.name) mentioned.set(foldName(column.name), textOf(createTable, definition).names);
  }
  return mentioned;
}

/** An index's terms and condition as SQL text, and the names that each mentions, folded. */
export interface IndexText {
  readonly terms: readonly { readonly sql: string; readonly names: ReadonlySet<string> }[];
  readonly where: { readonly sql: string; readonly names: ReadonlySet<string> } | null;
}

function textOf(sql: string, tokens: readonly SchemaToken[]): { sql: string; names: Set<string> } {
  const first = tokens[0];
  const last = tokens.at(-1);
  const names = new Set(tokens.flatMap((token) => token.name === null ? [] : [foldName(token.name)]));
  return { sql: first && last ? sql.slice(first.token.start, last.token.end) : "", names };
}

/** Takes a CREATE INDEX text apart. */
export function indexText(createIndex: string): IndexText {
  const { parts, rest } = firstList(schemaTokens(createIndex));
  const terms = parts.map((part) => {
    const last = part.at(-1);
    const ordered = part.length > 1 && (isWord(last, "asc") || isWord(last, "desc"));
    return textOf(createIndex, ordered ? part.slice(0, -1) : part);
  });
  return { terms, where: isWord(rest[0], "where") ? textOf(createIndex, rest.slice(1)) : null };
}
