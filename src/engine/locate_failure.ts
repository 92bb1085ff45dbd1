import { RheiError, suggest } from "../errors/mod.ts";
import type { ExactValue, RowSet } from "../types/mod.ts";
import { classify, foldName, lex, parametersOf, parseSelect, type Token } from "../sql/mod.ts";

/** Runs a read where the failed statement ran: its connection may be the only one, and hold a transaction open. */
export type Ask = (sql: string, params?: readonly ExactValue[]) => Promise<RowSet>;

/** What SQLite says of a statement it cannot prepare. */
const SYNTAX = /near "(.*)": syntax error/s;
const UNKNOWN = /no such (table|column|function): (.+)/;
const UNKNOWN_TARGET = /has no column named (.+)/;

/** A failure of the database with the place in the statement it speaks of, and what was probably meant; others as they are. */
export async function locateFailure(error: unknown, sql: string, ask: Ask): Promise<unknown> {
  if (!(error instanceof RheiError) || error.pointer !== undefined || !(error.cause instanceof Error)) return error;
  if (error.code !== "SQL_SYNTAX" && error.code !== "SQL_UNKNOWN_NAME") return error;
  const said = error.cause.message;
  try {
    const tokens = lex(sql);
    const syntax = SYNTAX.exec(said);
    if (syntax !== null) {
      const token = await offendingToken(tokens, syntax[1]!, sql, ask);
      if (token === undefined) return error;
      return foldName(token.text) === "system_time"
        ? systemTimeFailure(error, sql, token)
        : located(error, sql, token, undefined);
    }
    if (/incomplete input/.test(said)) {
      return located(error, sql, { start: sql.trimEnd().length, end: sql.length + 1 }, undefined);
    }
    const unknown = UNKNOWN.exec(said);
    const [kind, written] = unknown === null ? ["column", UNKNOWN_TARGET.exec(said)?.[1]] : [unknown[1]!, unknown[2]!];
    if (written === undefined) return error;
    const token = namedToken(tokens, written, kind);
    if (token === undefined) return error;
    const near = suggest(spelled(token), await namesLike(kind, tokens, ask));
    return located(error, sql, token, near === undefined ? undefined : `did you mean "${near}"?`);
  } catch (locating) {
    // The statement has failed already, and that is what its author must hear of; where is a courtesy.
    if (locating instanceof RheiError) return error;
    throw locating;
  }
}

/** SQLite knows nothing of FOR SYSTEM_TIME: a SELECT with it is refused for what rhei's own parser finds. */
function systemTimeFailure(error: RheiError, sql: string, token: Token): unknown {
  if (classify(sql).kind === "select") {
    try {
      parseSelect(sql);
    } catch (refusal) {
      return refusal;
    }
  }
  return located(error, sql, token, "FOR SYSTEM_TIME is understood in a SELECT alone");
}

function located(
  error: RheiError,
  text: string,
  span: { start: number; end: number },
  hint: string | undefined,
): RheiError {
  const { code, message, cause, retryable, details } = error;
  const shown = hint ?? error.hint;
  return new RheiError(code, message, {
    cause,
    retryable,
    details,
    pointer: { text, start: span.start, end: span.end },
    ...(shown === undefined ? {} : { hint: shown }),
  });
}

/**
 * The token a syntax error is about. SQLite tells its text only, so where that occurs more than once its parser is asked again: it
 * refuses a beginning of the statement with the same words exactly if that reaches the token.
 */
async function offendingToken(
  tokens: readonly Token[],
  written: string,
  sql: string,
  ask: Ask,
): Promise<Token | undefined> {
  const candidates = tokens.filter((token) => token.text === written);
  if (candidates.length < 2 || tokens[0]?.code === "EXPLAIN") {
    return candidates.length === 1 ? candidates[0] : undefined;
  }
  let [accepted, refused] = [-1, candidates.length - 1];
  while (refused - accepted > 1) {
    const middle = (accepted + refused) >> 1;
    if (await stopsAt(sql.slice(0, candidates[middle]!.end), written, ask)) refused = middle;
    else accepted = middle;
  }
  return candidates[refused];
}

async function stopsAt(beginning: string, written: string, ask: Ask): Promise<boolean> {
  try {
    await ask(`EXPLAIN ${beginning}`, new Array(parametersOf(beginning).count).fill(null));
    return false;
  } catch (error) {
    if (!(error instanceof RheiError)) throw error;
    return error.cause instanceof Error && SYNTAX.exec(error.cause.message)?.[1] === written;
  }
}

/** The first token that writes the name: after its qualifier if SQLite names one, before `(` exactly if it is a function's. */
function namedToken(tokens: readonly Token[], written: string, kind: string): Token | undefined {
  const parts = written.replace(/^main\./, "").split(".").map(foldName);
  const name = parts.at(-1);
  const qualifier = parts.at(-2);
  return tokens.find((token, index) => {
    if (token.kind !== "name" && token.kind !== "quotedName") return false;
    if (foldName(spelled(token)) !== name) return false;
    if ((tokens[index + 1]?.code === "(") !== (kind === "function") && kind !== "table") return false;
    const before = tokens[index - 1]?.code === "." ? tokens[index - 2] : undefined;
    return qualifier === undefined || (before !== undefined && foldName(spelled(before)) === qualifier);
  });
}

function spelled(token: Token): string {
  if (token.kind !== "quotedName") return token.text;
  const quote = token.text[0]!;
  return quote === "[" ? token.text.slice(1, -1) : token.text.slice(1, -1).replaceAll(quote + quote, quote);
}

/** Names that exist: tables and views, functions, or the columns of the tables the statement names. */
async function namesLike(kind: string, tokens: readonly Token[], ask: Ask): Promise<string[]> {
  const namesOf = async (sql: string): Promise<string[]> => (await ask(sql)).rows.map(([name]) => String(name));
  if (kind === "function") return await namesOf("select distinct name from pragma_function_list");
  const tables = await namesOf("select name from pragma_table_list where substr(name, 1, 6) <> '_rhei_'");
  if (kind === "table") return tables;
  const written = new Set(
    tokens.filter(({ kind }) => kind === "name" || kind === "quotedName").map((token) => foldName(spelled(token))),
  );
  const columns: string[] = [];
  for (const table of tables.filter((name) => written.has(foldName(name)))) {
    const found = await ask("select name from pragma_table_info(?)", [table]);
    columns.push(...found.rows.map(([name]) => String(name)));
  }
  return columns;
}
