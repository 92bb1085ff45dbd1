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

/** Reads a text's tokens one by one and makes no object of those nobody asks for: scripts hold megabytes of literals. */
export class TokenReader {
  readonly #scanner: Scanner;

  /** @throws {RheiError} `SQL_SYNTAX` for a NUL character, at which SQLite would stop reading. */
  constructor(private readonly text: string) {
    const nul = text.indexOf("\0");
    if (nul >= 0) throw syntaxError(text, nul, nul + 1, "a NUL character ends the text");
    this.#scanner = new Scanner(text);
  }

  /**
   * Moves to the next token; `false` at the end.
   *
   * @throws {RheiError} `SQL_SYNTAX`, pointing at text that is no token of SQLite.
   */
  next(): boolean {
    const more = this.#scanner.next();
    if (this.#scanner.kind === "illegal") throw illegalToken(this.text, this.#scanner.start, this.#scanner.end);
    return more;
  }

  get kind(): Token["kind"] {
    return this.#scanner.kind as Token["kind"];
  }

  /** The present token's {@linkcode Token.code}. */
  get code(): string {
    const { kind } = this.#scanner;
    return kind === "name" || kind === "operator" ? codeOf(kind, this.#raw()) : "";
  }

  /** The present token, or an `end` token. */
  get token(): Token {
    const { start, end } = this.#scanner;
    const { kind } = this;
    const text = this.#raw();
    return { kind, start, end, text, code: codeOf(kind, text) };
  }

  #raw(): string {
    return this.text.slice(this.#scanner.start, this.#scanner.end);
  }
}

function codeOf(kind: ScannedKind, raw: string): string {
  switch (kind) {
    case "name":
      return keywordOf(raw);
    case "operator":
      return CANONICAL[raw] ?? raw;
    default:
      return "";
  }
}

/**
 * Splits SQL text into SQLite's tokens.
 *
 * @param text Any SQL text; several statements are allowed.
 * @returns The tokens in order, without an end marker.
 * @throws {RheiError} `SQL_SYNTAX`, pointing at the first text that is no token of SQLite.
 */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  const reader = new TokenReader(text);
  while (reader.next()) tokens.push(reader.token);
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
