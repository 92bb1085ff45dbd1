import { syntaxError, type Token, TokenReader } from "./lexer.ts";

/** The highest parameter number SQLite allows. */
const MAX_PARAMETER = 32766;

/** Numbers parameters as SQLite does while it reads a statement from left to right. */
export class ParameterNumbering {
  /** Name by number minus one; `null` for a plain `?` or a number never written. */
  readonly names: (string | null)[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(private readonly text: string) {}

  /**
   * The number of the parameter that `token` writes.
   *
   * @throws {RheiError} `SQL_SYNTAX` for `?0`, a number beyond SQLite's limit, and `#1`, which is SQLite's own.
   */
  assign(token: Token): number {
    const name = token.text;
    if (name === "?") return this.#append(token, null);
    if (name.startsWith("?")) return this.#numbered(token);
    if (/^#\d/.test(name)) throw syntaxError(this.text, token.start, token.end, `unexpected "${name}"`);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#append(token, name);
    this.#numbers.set(name, number);
    return number;
  }

  #numbered(token: Token): number {
    const number = Number(token.text.slice(1));
    if (number < 1 || number > MAX_PARAMETER) {
      const problem = `a parameter's number lies between ?1 and ?${MAX_PARAMETER}`;
      throw syntaxError(this.text, token.start, token.end, problem);
    }
    while (this.names.length < number) this.names.push(null);
    this.names[number - 1] ??= token.text;
    return number;
  }

  #append(token: Token, name: string | null): number {
    if (this.names.length >= MAX_PARAMETER) {
      throw syntaxError(this.text, token.start, token.end, `more than ${MAX_PARAMETER} parameters`);
    }
    return this.names.push(name);
  }
}

/**
 * The parameters of a statement, numbered as SQLite numbers them. A text of several statements is read up to the end of the
 * first, as SQLite's `prepare` does.
 *
 * @param text One statement, of any kind.
 * @returns `count` is the highest number; `names` holds the name (with its prefix) by number minus one, `null` for a plain `?`.
 * @throws {RheiError} `SQL_SYNTAX` if the text is not made of SQLite's tokens.
 */
export function parametersOf(text: string): { count: number; names: (string | null)[] } {
  const numbering = new ParameterNumbering(text);
  const reader = new TokenReader(text);
  let begun = false;
  while (reader.next()) {
    if (reader.kind === "parameter") numbering.assign(reader.token);
    if (reader.kind !== "operator" || reader.code !== ";") begun = true;
    else if (begun) break;
  }
  return { count: numbering.names.length, names: numbering.names };
}
