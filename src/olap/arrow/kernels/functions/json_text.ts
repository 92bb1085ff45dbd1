import { RuntimeDecline } from "../../../olap_backend.ts";

/** A value in a JSON text. Texts and numbers stay as written, since SQLite hands them on so. */
export type JsonNode =
  | { readonly kind: "null" | "true" | "false" }
  | { readonly kind: "integer" | "real"; readonly raw: string }
  | JsonText
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [label: JsonText, value: JsonNode])[] };

export interface JsonText {
  readonly kind: "text";
  /** Between the quotes. */
  readonly raw: string;
}

const SPACE = /[ \t\n\r]*/y;
// deno-lint-ignore no-control-regex -- JSON leaves control characters out of its texts
const TEXT = /"((?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /null|true|false/y;

/** Levels SQLite reads at most. */
const DEPTH_MAX = 1000;

/** Reads JSON by the letter of RFC 8259. */
class JsonReader {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The value that is the whole text, or `null` if that is not JSON. */
  read(): JsonNode | null {
    const node = this.#value();
    return node !== null && this.#position === this.#text.length ? node : null;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  /** Passes a punctuation mark, if it is there, and the space behind it. */
  #passes(mark: string): boolean {
    if (this.#text[this.#position] !== mark) return false;
    this.#position++;
    this.#match(SPACE);
    return true;
  }

  /** A value and the space around it. */
  #value(): JsonNode | null {
    this.#match(SPACE);
    const node = this.#bareValue();
    this.#match(SPACE);
    return node;
  }

  #bareValue(): JsonNode | null {
    switch (this.#text[this.#position]) {
      case '"':
        return this.#textValue();
      case "[":
        return this.#nested(() => this.#array());
      case "{":
        return this.#nested(() => this.#object());
      case "n":
      case "t":
      case "f": {
        const word = this.#match(WORD)?.[0] as "null" | "true" | "false" | undefined;
        return word === undefined ? null : { kind: word };
      }
      default:
        return this.#number();
    }
  }

  #textValue(): JsonText | null {
    const match = this.#match(TEXT);
    return match === null ? null : { kind: "text", raw: match[1]! };
  }

  #number(): JsonNode | null {
    const match = this.#match(NUMBER);
    if (match === null) return null;
    const [raw, fraction, exponent] = match;
    return { kind: fraction === undefined && exponent === undefined ? "integer" : "real", raw };
  }

  #nested(read: () => JsonNode | null): JsonNode | null {
    if (++this.#depth > DEPTH_MAX) return null;
    const node = read();
    this.#depth--;
    return node;
  }

  #array(): JsonNode | null {
    const items: JsonNode[] = [];
    this.#passes("[");
    if (this.#passes("]")) return { kind: "array", items };
    do {
      const item = this.#value();
      if (item === null) return null;
      items.push(item);
    } while (this.#passes(","));
    return this.#passes("]") ? { kind: "array", items } : null;
  }

  #object(): JsonNode | null {
    const entries: [JsonText, JsonNode][] = [];
    this.#passes("{");
    if (this.#passes("}")) return { kind: "object", entries };
    do {
      this.#match(SPACE);
      const label = this.#textValue();
      this.#match(SPACE);
      const value = label !== null && this.#passes(":") ? this.#value() : null;
      if (label === null || value === null) return null;
      entries.push([label, value]);
    } while (this.#passes(","));
    return this.#passes("}") ? { kind: "object", entries } : null;
  }
}

/** The value a text holds, or `null` if it is not JSON by RFC 8259. */
export function readJson(text: string): JsonNode | null {
  return new JsonReader(text).read();
}

/** JSON text without needless space. */
export function jsonText(node: JsonNode): string {
  switch (node.kind) {
    case "integer":
    case "real":
      return node.raw;
    case "text":
      return `"${node.raw}"`;
    case "array":
      return `[${node.items.map(jsonText).join(",")}]`;
    case "object":
      return `{${node.entries.map(([label, value]) => `${jsonText(label)}:${jsonText(value)}`).join(",")}}`;
    default:
      return node.kind;
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * A text with its escapes resolved.
 *
 * @throws {RuntimeDecline} If that is no text SQLite could hand on.
 */
export function unescaped({ raw }: JsonText): string {
  if (!raw.includes("\\")) return raw;
  const text = JSON.parse(`"${raw}"`) as string;
  if (text.includes("\0") || LONE_SURROGATE.test(text)) {
    throw new RuntimeDecline("a JSON text with an escape for what is no character");
  }
  return text;
}
