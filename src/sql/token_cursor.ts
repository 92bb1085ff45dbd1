import { type RheiError, suggest } from "../errors/mod.ts";
import { FALLBACK_KEYWORDS, JOIN_KEYWORDS } from "./keywords.ts";
import { lex, nameOf, quoteForMessage, syntaxError, type Token } from "./lexer.ts";
import type { Name } from "./tree.ts";

/** SQLite 3.45's parser stack holds 100 symbols and every nesting takes at least one; a deeper text is refused by SQLite too. */
const MAX_NESTING = 100;

/** SQLite's limit on the height of an expression tree. Trees no taller than this can be walked by recursion. */
const MAX_HEIGHT = 1000;

/** What a misspelt word most likely was meant to be. */
const SUGGESTED =
  ("SELECT FROM WHERE GROUP ORDER HAVING LIMIT OFFSET JOIN INNER LEFT RIGHT FULL CROSS NATURAL OUTER USING UNION " +
    "INTERSECT EXCEPT VALUES WITH RECURSIVE DISTINCT BETWEEN LIKE CASE WHEN THEN ELSE WINDOW PARTITION OVER FILTER EXISTS")
    .split(" ");

/**
 * A position in a statement's tokens, with SQLite's rules for which words may stand as names, the limits that keep recursion
 * within bounds, and errors that point at the offending token.
 */
export abstract class TokenCursor {
  /** The present token; after the last one, an `end` token. */
  protected token: Token;
  /** Height of the expression parsed last. */
  protected height = 0;
  /** Height of the tallest expression inside the construct being parsed. */
  protected tallest = 0;
  readonly #tokens: Token[];
  readonly #end: Token;
  #position = 0;
  #nesting = 0;
  /** Position after a bare alias taken without AS: an error there is often a misspelt keyword read as that alias. */
  #afterBareAlias = -1;

  constructor(protected readonly text: string) {
    this.#tokens = lex(text);
    this.#end = { kind: "end", start: text.length, end: text.length, text: "", code: "" };
    this.token = this.peek(0);
  }

  /** The token `ahead` places on; negative looks back. */
  protected peek(ahead: number): Token {
    return this.#tokens[this.#position + ahead] ?? this.#end;
  }

  /** Steps on and returns the token stepped over. */
  protected advance(): Token {
    const token = this.token;
    this.#position++;
    this.token = this.peek(0);
    return token;
  }

  /** Where the token before the present one ends. */
  protected get lastEnd(): number {
    return this.peek(-1).end;
  }

  protected at(code: string): boolean {
    return this.token.code === code;
  }

  protected accept(code: string): boolean {
    if (this.token.code !== code) return false;
    this.advance();
    return true;
  }

  protected expect(code: string): Token {
    if (this.token.code !== code) throw this.unexpected(code);
    return this.advance();
  }

  /** Counts one level of recursion; the caller must call {@linkcode leave} on its way out. */
  protected enter(): void {
    if (++this.#nesting > MAX_NESTING) {
      throw this.refused(this.token, `nested more than ${MAX_NESTING} levels deep`, "split the statement, or use WITH");
    }
  }

  protected leave(): void {
    this.#nesting--;
  }

  /** Records that an expression of the given height was built. */
  protected built(height: number, at: Token): void {
    if (height > MAX_HEIGHT) {
      throw this.refused(
        at,
        `an expression more than ${MAX_HEIGHT} levels deep`,
        "use IN with a list, or a table of values",
      );
    }
    this.height = height;
  }

  // ---- names

  /** A table's, column's or object's name: SQLite's `nm`, which may even be a string literal. */
  protected name(): Name {
    if (this.token.kind !== "string" && !this.atName(0)) throw this.unexpected();
    return nameOf(this.advance());
  }

  /** Whether the token may stand as a name: SQLite's `idj`. */
  protected atName(ahead: number): boolean {
    const token = this.peek(ahead);
    return this.#isIdentifier(token, ahead) || token.code === "INDEXED" || JOIN_KEYWORDS.has(token.code);
  }

  /** An optional `AS name`, or a bare word or string. */
  protected alias(): Name | null {
    if (this.accept("AS")) return this.name();
    if (this.token.kind !== "string" && !this.#isIdentifier(this.token, 0)) return null;
    const alias = nameOf(this.advance());
    if (alias.quote === null) this.#afterBareAlias = this.#position;
    return alias;
  }

  /** A collation: SQLite's `ids`. */
  protected identifierOrString(): Name {
    if (this.token.kind !== "string" && !this.#isIdentifier(this.token, 0)) throw this.unexpected();
    return nameOf(this.advance());
  }

  protected atIdentifierOrString(): boolean {
    return this.token.kind === "string" || this.#isIdentifier(this.token, 0);
  }

  #isIdentifier(token: Token, ahead: number): boolean {
    if (token.kind === "quotedName") return true;
    if (token.kind !== "name") return false;
    return token.code === "" || FALLBACK_KEYWORDS.has(token.code) || this.#isUnusedWindowKeyword(token.code, ahead);
  }

  /** OVER, FILTER and WINDOW are keywords only where SQLite's tokenizer, looking around, finds them used as such. */
  #isUnusedWindowKeyword(code: string, ahead: number): boolean {
    switch (code) {
      case "OVER":
        return !(this.peek(ahead - 1).code === ")" &&
          (this.peek(ahead + 1).code === "(" || this.#looksLikeName(ahead + 1)));
      case "FILTER":
        return !(this.peek(ahead - 1).code === ")" && this.peek(ahead + 1).code === "(");
      case "WINDOW":
        return !(this.#looksLikeName(ahead + 1) && this.peek(ahead + 2).code === "AS");
      default:
        return false;
    }
  }

  #looksLikeName(ahead: number): boolean {
    const { kind, code } = this.peek(ahead);
    if (kind === "quotedName" || kind === "string") return true;
    return kind === "name" &&
      (code === "" || code === "WINDOW" || code === "OVER" || FALLBACK_KEYWORDS.has(code) || JOIN_KEYWORDS.has(code));
  }

  /** Whether the present token is OVER, FILTER or WINDOW in its role as keyword. */
  protected atWindowKeyword(code: "OVER" | "FILTER" | "WINDOW"): boolean {
    return this.token.code === code && !this.#isUnusedWindowKeyword(code, 0);
  }

  // ---- errors

  /** The error for a token that cannot stand where it stands; `expected` are the keywords that could. */
  protected unexpected(...expected: readonly string[]): RheiError {
    const { token } = this;
    if (token.kind !== "end") {
      const meant = misspelt(token, expected);
      if (meant !== undefined) return this.#unexpectedToken(token, meant);
    }
    if (this.#position === this.#afterBareAlias) {
      const alias = this.peek(-1);
      const meant = misspelt(alias, []);
      if (meant !== undefined) return this.#unexpectedToken(alias, meant);
    }
    if (token.kind === "end") {
      const length = this.text.trimEnd().length;
      return syntaxError(this.text, length, length, "unexpected end of the statement");
    }
    return this.#unexpectedToken(token, undefined);
  }

  #unexpectedToken(token: Token, meant: string | undefined): RheiError {
    const hint = meant === undefined
      ? undefined
      : `did you mean "${token.text === token.text.toUpperCase() ? meant : meant.toLowerCase()}"?`;
    return syntaxError(this.text, token.start, token.end, `unexpected ${quoteForMessage(token.text)}`, hint);
  }

  /** An error at a token for text that is well formed and yet not allowed. */
  protected refused(at: { readonly start: number; readonly end: number }, problem: string, hint?: string): RheiError {
    return syntaxError(this.text, at.start, at.end, problem, hint);
  }
}

function misspelt(token: Token, expected: readonly string[]): string | undefined {
  if (token.kind !== "name" || token.code !== "" || token.text.length < 2) return undefined;
  return suggest(token.text, expected.filter((code) => /^[A-Z]/.test(code))) ??
    (token.text.length >= 4 ? suggest(token.text, SUGGESTED) : undefined);
}
