/**
 * What a stretch of SQL text is. `name` is a bare word (keyword or identifier); `illegal` is text no token of SQLite begins
 * with, a malformed number, or a quote or blob that never ends.
 */
export type ScannedKind =
  | "name"
  | "quotedName"
  | "string"
  | "blob"
  | "integer"
  | "real"
  | "parameter"
  | "operator"
  | "illegal"
  | "end";

const SPACE = 1, WORD = 2, DIGIT = 4, HEX = 8;

/** Character classes of the ASCII range; everything above it belongs to words. */
const CLASSES = new Uint8Array(128);
for (const code of [9, 10, 11, 12, 13, 32]) CLASSES[code] = SPACE;
for (let code = 48; code <= 57; code++) CLASSES[code] = WORD | DIGIT | HEX;
for (let code = 65; code <= 90; code++) CLASSES[code] = CLASSES[code + 32] = WORD;
for (const letter of "abcdefABCDEF") CLASSES[letter.charCodeAt(0)] = WORD | HEX;
for (const letter of "_$") CLASSES[letter.charCodeAt(0)] = WORD;

const BYTE_ORDER_MARK = 0xfeff;
const VERTICAL_TAB = 11;

const has = (code: number, wanted: number): boolean => code < 128 && ((CLASSES[code] ?? 0) & wanted) !== 0;
const isWord = (code: number): boolean => code >= 128 || has(code, WORD);

/**
 * Steps through SQL text token by token, as SQLite 3.45's tokenizer does, skipping white space and comments. Never throws, so
 * that half-typed text can be split too. `charCodeAt` beyond the end gives NaN, which belongs to no class.
 */
export class Scanner {
  kind: ScannedKind = "end";
  start = 0;
  end = 0;
  /** First character of the present token, as a code. */
  code = NaN;
  /** Whether the text ended inside a block comment. */
  inComment = false;

  constructor(readonly text: string, position = 0) {
    this.end = position;
  }

  /** Moves to the next token; `false` at the end of the text. */
  next(): boolean {
    this.#skipBlank();
    this.start = this.end;
    this.code = this.text.charCodeAt(this.start);
    if (this.start >= this.text.length) {
      this.kind = "end";
      return false;
    }
    this.#token();
    return true;
  }

  #skipBlank(): void {
    const { text } = this;
    let at = this.end;
    let inRun = false;
    for (;;) {
      const code = text.charCodeAt(at);
      // A vertical tab counts only inside a run of white space, a byte order mark only between tokens.
      if (has(code, SPACE) && (inRun || code !== VERTICAL_TAB)) {
        inRun = true;
        at++;
      } else if (code === BYTE_ORDER_MARK) {
        inRun = false;
        at++;
      } else if (code === 45 && text.charCodeAt(at + 1) === 45) {
        inRun = false;
        const newline = text.indexOf("\n", at);
        at = newline < 0 ? text.length : newline;
      } else if (code === 47 && text.charCodeAt(at + 1) === 42 && at + 2 < text.length) {
        inRun = false;
        const close = text.indexOf("*/", at + 2);
        this.inComment = close < 0;
        at = close < 0 ? text.length : close + 2;
      } else break;
    }
    this.end = at;
  }

  #token(): void {
    const { code, text, start } = this;
    const second = text.charCodeAt(start + 1);
    switch (code) {
      case 34: // "
      case 96: // `
        return this.#quoted(code, "quotedName");
      case 39: // '
        return this.#quoted(code, "string");
      case 91: { // [
        const close = text.indexOf("]", start);
        return close < 0 ? this.#take("illegal", text.length) : this.#take("quotedName", close + 1);
      }
      case 63: // ?
        return this.#take("parameter", this.#run(start + 1, DIGIT));
      case 35: // #
      case 36: // $
      case 58: // :
      case 64: // @
        return this.#namedParameter();
      case 46: // .
        return has(second, DIGIT) ? this.#number() : this.#take("operator", start + 1);
      case 88: // X
      case 120: // x
        if (second === 39) return this.#blob();
    }
    if (has(code, DIGIT)) return this.#number();
    if (isWord(code)) return this.#take("name", this.#word(start + 1));
    const length = operatorLength(code, second, text.charCodeAt(start + 2));
    this.#take(length > 0 ? "operator" : "illegal", start + Math.max(1, length));
  }

  #take(kind: ScannedKind, end: number): void {
    this.kind = kind;
    this.end = end;
  }

  #run(from: number, wanted: number): number {
    let at = from;
    while (has(this.text.charCodeAt(at), wanted)) at++;
    return at;
  }

  #word(from: number): number {
    let at = from;
    while (isWord(this.text.charCodeAt(at))) at++;
    return at;
  }

  #quoted(quote: number, kind: "quotedName" | "string"): void {
    const { text } = this;
    const mark = String.fromCharCode(quote);
    for (let at = text.indexOf(mark, this.start + 1); at >= 0; at = text.indexOf(mark, at + 2)) {
      if (text.charCodeAt(at + 1) !== quote) return this.#take(kind, at + 1);
    }
    this.#take("illegal", text.length);
  }

  #blob(): void {
    const { text, start } = this;
    const close = this.#run(start + 2, HEX);
    if (text.charCodeAt(close) === 39 && (close - start) % 2 === 0) return this.#take("blob", close + 1);
    const quote = text.indexOf("'", close);
    this.#take("illegal", quote < 0 ? text.length : quote + 1);
  }

  #number(): void {
    const { text, start } = this;
    let kind: ScannedKind = "integer";
    let at = start;
    if (this.code === 48 && (text.charCodeAt(at + 1) | 32) === 120 && has(text.charCodeAt(at + 2), HEX)) {
      // SQLite looks at nothing after the hexadecimal digits: `0xFFg` is 0xFF with the alias g.
      return this.#take("integer", this.#run(at + 2, HEX));
    }
    at = this.#run(at, DIGIT);
    if (text.charCodeAt(at) === 46) {
      kind = "real";
      at = this.#run(at + 1, DIGIT);
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      const sign = text.charCodeAt(at + 1);
      const digits = at + (sign === 43 || sign === 45 ? 2 : 1);
      if (has(text.charCodeAt(digits), DIGIT)) {
        kind = "real";
        at = this.#run(digits, DIGIT);
      }
    }
    // SQLite 3.45 has no digit separators: `1_000` and `12ab` are each one bad token.
    const end = this.#word(at);
    this.#take(end > at ? "illegal" : kind, end);
  }

  /** `:a`, `@a`, `#a`, and `$a::b(c)` with TCL's namespaces and one parenthesised suffix without white space. */
  #namedParameter(): void {
    const { text } = this;
    let at = this.start + 1;
    let letters = 0;
    for (;; at++) {
      const code = text.charCodeAt(at);
      if (isWord(code)) letters++;
      else if (code === 40 && letters > 0) {
        do at++; while (at < text.length && text.charCodeAt(at) !== 41 && !has(text.charCodeAt(at), SPACE));
        return text.charCodeAt(at) === 41 ? this.#take("parameter", at + 1) : this.#take("illegal", at);
      } else if (code === 58 && text.charCodeAt(at + 1) === 58) at++;
      else break;
    }
    this.#take(letters > 0 ? "parameter" : "illegal", at);
  }
}

/** Length of the operator that begins with these characters, 0 if none does. */
function operatorLength(first: number, second: number, third: number): number {
  switch (first) {
    case 37: // %
    case 38: // &
    case 40: // (
    case 41: // )
    case 42: // *
    case 43: // +
    case 44: // ,
    case 47: // /
    case 59: // ;
    case 126: // ~
      return 1;
    case 45: // -
      return second === 62 ? (third === 62 ? 3 : 2) : 1;
    case 60: // <
      return second === 61 || second === 62 || second === 60 ? 2 : 1;
    case 61: // =
      return second === 61 ? 2 : 1;
    case 62: // >
      return second === 61 || second === 62 ? 2 : 1;
    case 33: // !
      return second === 61 ? 2 : 0;
    case 124: // |
      return second === 124 ? 2 : 1;
    default:
      return 0;
  }
}
