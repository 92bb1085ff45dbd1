import { RheiError } from "../../src/errors/mod.ts";
import { lex, type Token } from "../../src/sql/mod.ts";
import type { Completion } from "../editor/mod.ts";
import { BEFORE_TABLE, CLAUSES, FORCED_WORDS, INNER_WORDS, STATEMENT_WORDS } from "./completion_words.ts";
import { atSystemTime, PERIODS } from "./system_time.ts";
import { type CatalogTable, isName, nameText, sameName, type ScopeEntry, statementScope } from "./statement_scope.ts";

/** Names SQL completion offers. */
export interface SqlCatalog {
  readonly tables: readonly CatalogTable[];
  /** Without parentheses. */
  readonly functions: readonly string[];
}

/** The word being typed: what it is replaced from, and the name typed so far. */
interface Typed {
  readonly replaced: string;
  readonly text: string;
  /** The quote it begins with, or `""`. */
  readonly quote: string;
}

const BARE_WORD = /[\p{L}\p{N}_$]*$/u;

/**
 * The words that may stand at the cursor: tables after FROM and the like, a table's columns after `alias.`, elsewhere columns of
 * the tables the statement names (even after the cursor), functions and keywords. Nothing inside strings and comments.
 *
 * @param text The statements typed so far, all lines of them.
 * @param cursor Offset in `text`.
 */
export function completeSql(text: string, cursor: number, catalog: SqlCatalog): Completion {
  const before = text.slice(0, cursor);
  const typed = typedWord(before);
  const tokens = typed === null ? null : tokensBefore(before, typed);
  if (typed === null || tokens === null) return { candidates: [], replaced: "" };
  const scope = statementScope([...tokens, ...tokensAfter(text.slice(cursor))], catalog.tables);
  const candidates = [...new Set(candidatesAt(tokens, typed, scope, catalog))];
  return { candidates, replaced: typed.replaced };
}

/** `null` inside a string. */
function typedWord(before: string): Typed | null {
  const open = unclosedQuote(before);
  if (open === null) {
    const word = BARE_WORD.exec(before)?.[0] ?? "";
    return { replaced: word, text: word, quote: "" };
  }
  const quote = before[open] ?? "";
  return quote === "'" ? null : { replaced: before.slice(open), text: before.slice(open + 1), quote };
}

/** Where a quote opens that the text does not close, or `null`. */
function unclosedQuote(text: string): number | null {
  try {
    lex(text);
    return null;
  } catch (error) {
    const start = error instanceof RheiError ? error.pointer?.start : undefined;
    if (start === undefined) throw error;
    return ["'", '"', "`", "["].includes(text[start] ?? "") ? start : null;
  }
}

/** Tokens of the statement before the word being typed; `null` inside a comment. */
function tokensBefore(before: string, typed: Typed): Token[] | null {
  const head = before.slice(0, before.length - typed.replaced.length);
  // A stand-in for the word: within a comment it does not come back as a token.
  const tokens = tolerantLex(`${head}x`);
  const last = tokens.pop();
  if (last?.end !== head.length + 1) return null;
  return tokens.slice(tokens.findLastIndex((token) => token.code === ";") + 1);
}

function tokensAfter(after: string): Token[] {
  const tokens = tolerantLex(after.replace(/^[\p{L}\p{N}_$]+/u, ""));
  const end = tokens.findIndex((token) => token.code === ";");
  return end < 0 ? tokens : tokens.slice(0, end);
}

/** The tokens up to the first text that is none: half-typed SQL is the normal case here. */
function tolerantLex(text: string): Token[] {
  try {
    return lex(text);
  } catch (error) {
    const start = error instanceof RheiError ? error.pointer?.start : undefined;
    if (start === undefined) throw error;
    return lex(text.slice(0, start));
  }
}

function candidatesAt(
  tokens: readonly Token[],
  typed: Typed,
  scope: readonly ScopeEntry[],
  catalog: SqlCatalog,
): string[] {
  const last = tokens.at(-1);
  if (last?.code === ".") return names(columnsOf(tokens.at(-2), scope, catalog), typed);
  const inserted = listedTable(tokens);
  if (inserted !== null) return names(columnsOf(inserted, scope, catalog), typed);
  if (expectsTable(tokens)) {
    return [
      ...names(catalog.tables.map(({ name }) => name), typed),
      ...(last?.code === "TABLE" && typed.text !== "" ? words(["if exists", "if not exists"], typed) : []),
    ];
  }
  if (last === undefined) return words(STATEMENT_WORDS, typed);
  const forced = forcedWords(tokens, last);
  if (forced !== undefined) return words(forced, typed);
  const columns = names(scope.flatMap((entry) => entry.columns), typed);
  // Everything that exists would be no help: without a letter only the statement's own names are offered.
  if (typed.text === "") return columns;
  const functions = typed.quote === "" ? catalog.functions.map((name) => `${name}(`) : [];
  return [
    ...columns,
    ...names([...scope, ...(scope.length === 0 ? catalog.tables : [])].map(({ name }) => name), typed),
    ...functions.filter((name) => name.startsWith(typed.text.toLowerCase())),
    ...words(INNER_WORDS, typed),
  ];
}

/** What can only follow the tokens, or `undefined`. */
function forcedWords(tokens: readonly Token[], last: Token): readonly string[] | undefined {
  if (atSystemTime(tokens, tokens.length - 2)) return PERIODS;
  if (last.code === "AS" && atSystemTime(tokens, tokens.length - 3)) return ["of"];
  if (last.code !== "FOR") return FORCED_WORDS[last.code];
  return tokens.some(({ code }) => code === "TRIGGER")
    ? ["each row"]
    : PERIODS.map((period) => `system_time ${period}`);
}

/** Columns of what stands before a dot: an alias, a table, or (for a schema) the tables it holds. */
function columnsOf(qualifier: Token | undefined, scope: readonly ScopeEntry[], catalog: SqlCatalog): readonly string[] {
  if (!isName(qualifier)) return [];
  const wanted = nameText(qualifier);
  const entry = [...scope, ...catalog.tables].find(({ name }) => sameName(name, wanted));
  if (entry !== undefined) return entry.columns;
  return ["main", "temp"].includes(wanted.toLowerCase()) ? catalog.tables.map(({ name }) => name) : [];
}

/** The table whose columns a parenthesis lists: `insert into t (a, `, `references t (`, `create index i on t (`. */
function listedTable(tokens: readonly Token[]): Token | null {
  let at = tokens.length - 1;
  while (at > 0 && (isName(tokens[at]) || tokens[at]?.code === ",")) at--;
  if (tokens[at]?.code !== "(" || !isName(tokens[at - 1])) return null;
  const keyword = tokens[at - 2]?.code ?? "";
  const indexed = keyword === "ON" && tokens.some((token) => token.code === "INDEX");
  return keyword === "INTO" || keyword === "REFERENCES" || indexed ? tokens[at - 1]! : null;
}

function expectsTable(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  if (last === undefined) return false;
  if (BEFORE_TABLE.has(last.code)) return last.code !== "UPDATE" || tokens.length === 1;
  if (last.code === "ON") return tokens.some((token) => token.code === "INDEX" || token.code === "TRIGGER");
  return last.code === "," && clauseOf(tokens) === "FROM";
}

/** The clause keyword that governs the end of the tokens, at the same depth of parentheses. */
function clauseOf(tokens: readonly Token[]): string {
  let depth = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const { code } = tokens[at]!;
    if (code === ")") depth++;
    else if (code === "(") depth--;
    if (depth < 0) return "";
    if (depth === 0 && CLAUSES.has(code)) return code;
  }
  return "";
}

/** Keywords in the case of the letters typed. */
function words(list: readonly string[], typed: Typed): string[] {
  if (typed.quote !== "") return [];
  const upper = typed.text !== "" && typed.text === typed.text.toUpperCase() && typed.text !== typed.text.toLowerCase();
  const begun = list.filter((word) => word.startsWith(typed.text.toLowerCase()));
  return upper ? begun.map((word) => word.toUpperCase()) : begun;
}

/** Names that begin with the letters typed, in their own case, quoted where SQL needs it or quotes were begun. */
function names(list: readonly string[], typed: Typed): string[] {
  const wanted = typed.text.toLowerCase();
  return list.filter((name) => name.toLowerCase().startsWith(wanted)).map((name) => quoted(name, typed.quote)).sort();
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "`": "`", "[": "]" };

function quoted(name: string, quote: string): string {
  if (quote === "" && isPlain(name)) return name;
  const open = quote === "" ? '"' : quote;
  const close = CLOSING[open] ?? open;
  return open + (open === "[" ? name : name.replaceAll(open, open + open)) + close;
}

function isPlain(name: string): boolean {
  const [token, more] = tolerantLex(name);
  return token?.kind === "name" && token.code === "" && more === undefined && token.end === name.length;
}
