import type { ExprOf } from "../../../sql/mod.ts";
import { textSql } from "./literals.ts";
import { textOf } from "./text.ts";
import { decline, type SqlValue } from "./sql_value.ts";

/** A LIKE or GLOB pattern taken apart. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "one" };

/** `operand [NOT] LIKE/GLOB pattern [ESCAPE escape]` as a condition; the pattern must be a constant. */
export function likeSql(
  operator: ExprOf<"like">["operator"],
  operand: SqlValue,
  pattern: SqlValue,
  escape: SqlValue | null,
): string {
  if (operator === "regexp" || operator === "match") {
    decline("function", `operator ${operator.toUpperCase()} is not translated`);
  }
  if (operand.rep === "null" || pattern.rep === "null" || escape?.rep === "null") return "NULL::BOOLEAN";
  const text = textOf(operand);
  const constant = pattern.constant?.value;
  if (typeof constant !== "string") {
    return decline("type", `${operator.toUpperCase()} with a pattern that is not a constant`);
  }
  if (operator === "glob") return globSql(text, constant);
  return foldedLike(text, likeParts(constant, escapeCharacter(escape)));
}

function escapeCharacter(escape: SqlValue | null): string | null {
  if (escape === null) return null;
  const constant = escape.constant?.value;
  if (typeof constant !== "string" || [...constant].length !== 1) {
    return decline("type", "ESCAPE that is not a constant of one character");
  }
  return constant;
}

function likeParts(pattern: string, escape: string | null): Part[] {
  const parts: Part[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === escape) {
      const next = characters[++i];
      if (next === undefined) decline("type", "a LIKE pattern that ends with its escape character");
      parts.push({ kind: "text", text: next });
    } else if (character === "%") parts.push({ kind: "any" });
    else if (character === "_") parts.push({ kind: "one" });
    else parts.push({ kind: "text", text: character });
  }
  return parts;
}

function globSql(text: string, pattern: string): string {
  if (pattern.includes("[")) return `regexp_full_match(${text}, ${textSql(globExpression(pattern))}, 's')`;
  const parts = [...pattern].map((character): Part => {
    if (character === "*") return { kind: "any" };
    return character === "?" ? { kind: "one" } : { kind: "text", text: character };
  });
  return plainLike(text, parts);
}

/** A case-sensitive match by DuckDB's LIKE, which knows no escape character unless told. */
function plainLike(text: string, parts: readonly Part[]): string {
  const special = parts.some((part) => part.kind === "text" && (part.text === "%" || part.text === "_"));
  const pattern = parts.map((part) => {
    if (part.kind === "any") return "%";
    if (part.kind === "one") return "_";
    return special && /[%_\\]/.test(part.text) ? `\\${part.text}` : part.text;
  }).join("");
  return `(${text} LIKE ${textSql(pattern)}${special ? " ESCAPE '\\'" : ""})`;
}

/**
 * SQLite's LIKE ignores the case of ASCII letters only. Made lower, text matches a lower pattern of ASCII in two cases more:
 * U+212A (Kelvin) becomes `k` and U+0130 becomes `i`. A pattern with these letters is checked once more, exactly, but only
 * where the cheap test holds.
 */
function foldedLike(text: string, parts: readonly Part[]): string {
  const letters = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  if (!/[A-Za-z]/.test(letters)) return plainLike(text, parts);
  if ([...letters].some((letter) => letter > "\x7f")) return exactly(text, parts);
  const lowered = parts.map((part) => (part.kind === "text" ? { ...part, text: part.text.toLowerCase() } : part));
  const cheap = plainLike(`lower(${text})`, lowered);
  return /[ikIK]/.test(letters) ? `(CASE WHEN NOT ${cheap} THEN FALSE ELSE ${exactly(text, parts)} END)` : cheap;
}

function exactly(text: string, parts: readonly Part[]): string {
  const expression = parts.map((part) => {
    if (part.kind === "any") return ".*";
    if (part.kind === "one") return ".";
    if (/[A-Za-z]/.test(part.text)) return `[${part.text.toLowerCase()}${part.text.toUpperCase()}]`;
    return escaped(part.text);
  }).join("");
  return `regexp_full_match(${text}, ${textSql(expression)}, 's')`;
}

/** A GLOB pattern with character classes as a regular expression. A `]` that comes first stands for itself. */
function globExpression(pattern: string): string {
  let expression = "";
  for (let rest = pattern; rest !== "";) {
    const bracket = /^\[(\^?)(\]?[^\]]*)\]/u.exec(rest);
    if (bracket === null && rest.startsWith("[")) return decline("type", "GLOB with a character class that never ends");
    const token = bracket?.[0] ?? [...rest][0]!;
    if (bracket !== null) expression += `[${bracket[1]}${classMembers(bracket[2]!)}]`;
    else if (token === "*") expression += ".*";
    else expression += token === "?" ? "." : escaped(token);
    rest = rest.slice(token.length);
  }
  return expression;
}

/** A hyphen between two characters makes a range; any other stands for itself. */
function classMembers(members: string): string {
  const characters = [...members];
  return characters.map((character, index) => {
    const isRange = character === "-" && index > 0 && index < characters.length - 1;
    if (isRange && !/^[0-9A-Za-z]-[0-9A-Za-z]$/.test(characters.slice(index - 1, index + 2).join(""))) {
      return decline("type", "GLOB with a range other than of letters or digits");
    }
    return isRange ? "-" : escaped(character);
  }).join("");
}

function escaped(character: string): string {
  return /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character;
}
