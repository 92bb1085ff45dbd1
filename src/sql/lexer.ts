import { RheiError } from "../errors/mod.ts";
import { keywordOf } from "./keywords.ts";
import { type ScannedKind, Scanner } from "./scanner.ts";
import type { Name, Span } from "./tree.ts";

/** A token of a statement. White space and comments are not tokens. */
export interface Token extends Span {
  readonly kind: Exclude<ScannedKind, "illegal">;
  /** Exactly as written. */
  readonly text: string;
  /** A bare word's keyword in upper case, an operator's canonical form (`==` is `=`, `!=` is `<>`), otherwise `""`. */
  readonly code: string;
}

const CANONICAL: Readonly<Record<string, string>> = { "==": "=", "!=": "<>" };

/**
 * Splits SQL text into SQLite's tokens.
 *
 * @param text Any SQL text; several statements are allowed.
 * @returns The tokens in order, without an end marker.
 * @throws {RheiError} `SQL_SYNTAX`, pointing at the first text that is no token of SQLite.
 */
export function lex(text: string): Token[] {
  const nul = text.indexOf("\0");
  if (nul >= 0) throw syntaxError(text, nul, nul + 1, "a NUL character ends the text");
  const tokens: Token[] = [];
  const scanner = new Scanner(text);
  while (scanner.next()) {
    const { kind, start, end } = scanner;
    if (kind === "illegal") throw illegalToken(text, start, end);
    const raw = text.slice(start, end);
    const code = kind === "name" ? keywordOf(raw) : kind === "operator" ? CANONICAL[raw] ?? raw : "";
    tokens.push({ kind, start, end, text: raw, code });
  }
  return tokens;
}

/** A `SQL_SYNTAX` error that points into `text`. */
export function syntaxError(text: string, start: number, end: number, problem: string, hint?: string): RheiError {
  return new RheiError("SQL_SYNTAX", `Cannot parse SQL: ${problem}`, {
    pointer: { text, start, end },
    ...(hint === undefined ? {} : { hint }),
  });
}

const OPENERS: Readonly<Record<string, string>> = {
  "'": "string",
  '"': "quoted name",
  "`": "quoted name",
  "[": "bracketed name",
};

function illegalToken(text: string, start: number, end: number): RheiError {
  const raw = text.slice(start, end);
  const opener = OPENERS[raw[0] ?? ""];
  // The caret marks the opening quote alone: the rest of the text may be pages long.
  if (opener !== undefined) return syntaxError(text, start, start + 1, `the ${opener} that begins here never ends`);
  if (/^x'/i.test(raw)) {
    return syntaxError(text, start, end, "a blob literal takes an even number of hexadecimal digits");
  }
  const hint = /^\d[\d_]*$/.test(raw) ? `write ${raw.replaceAll("_", "")}` : undefined;
  return syntaxError(text, start, end, `unrecognised token ${quoteForMessage(raw)}`, hint);
}

/** A piece of SQL for an error message, shortened to one short line. */
export function quoteForMessage(raw: string): string {
  const line = raw.replace(/\s+/g, " ");
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`;
}

/** The name a `name`, `quotedName` or `string` token spells, quotes removed. */
export function nameOf(token: Token): Name {
  const { text, start, end } = token;
  if (token.kind === "name") return { text, quote: null, start, end };
  const quote = text[0] as '"' | "`" | "[" | "'";
  return { text: unquote(text), quote, start, end };
}

/** The text inside a quoted name or string, doubled quotes made single. */
export function unquote(raw: string): string {
  const quote = raw[0] ?? "";
  const inner = raw.slice(1, -1);
  return quote !== "[" && inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
}
