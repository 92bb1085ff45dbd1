import { keywordOf, Scanner } from "../../src/sql/mod.ts";
import type { StyledSpan } from "../editor/mod.ts";
import { isDotCommand } from "../meta/mod.ts";
import type { Palette } from "../render/mod.ts";

/** Longer texts (a pasted dump) are not coloured: every key would cost a walk through all of them. In UTF-16 code units. */
const COLOURED_MAX = 50_000;

/** Quotes of an unfinished string or name: not wrong, only not closed yet. */
const QUOTES: ReadonlySet<string> = new Set(["'", '"', "`", "["]);

/** Colours for what is typed: SQL by rhei's own scanner, or the name of a dot command. */
export function highlightSql(text: string, palette: Palette): StyledSpan[] {
  if (text.length > COLOURED_MAX) return [];
  if (isDotCommand(text)) {
    const [before = "", name = ""] = /^(\s*)(\.\S*)/.exec(text)?.slice(1) ?? [];
    return [{ start: before.length, end: before.length + name.length, style: palette.keyword }];
  }
  const spans: StyledSpan[] = [];
  const add = (start: number, end: number, style: string): void => {
    if (style !== "" && end > start) spans.push({ start, end, style });
  };
  const scanner = new Scanner(text);
  let end = 0;
  while (scanner.next()) {
    addComments(text, end, scanner.start, palette, add);
    end = scanner.end;
    add(scanner.start, end, styleOf(scanner, text, palette));
  }
  addComments(text, end, text.length, palette, add);
  return spans;
}

/** Between tokens there is white space, and comments. */
function addComments(
  text: string,
  from: number,
  to: number,
  palette: Palette,
  add: (start: number, end: number, style: string) => void,
): void {
  const gap = text.slice(from, to);
  const start = gap.search(/\S/);
  if (start >= 0) add(from + start, from + gap.trimEnd().length, palette.comment);
}

function styleOf({ kind, start, end }: Scanner, text: string, palette: Palette): string {
  switch (kind) {
    case "name":
      if (/^\s*\(/.test(text.slice(end, end + 8)) && !isClause(text.slice(start, end))) return palette.function;
      return keywordOf(text.slice(start, end)) === "" ? palette.name : palette.keyword;
    case "string":
    case "blob":
      return palette.string;
    case "integer":
    case "real":
      return palette.number;
    case "parameter":
      return palette.parameter;
    case "illegal":
      return QUOTES.has(text[start] ?? "") ? palette.string : palette.illegal;
    case "quotedName":
    case "operator":
    case "end":
      return palette.name;
  }
}

/** Keywords that a parenthesis may follow and that are no functions all the same. */
function isClause(word: string): boolean {
  const keyword = keywordOf(word);
  return keyword !== "" && !FUNCTION_KEYWORDS.has(keyword);
}

/** Functions whose names are keywords too. */
const FUNCTION_KEYWORDS: ReadonlySet<string> = new Set(["CAST", "GLOB", "LIKE", "REPLACE", "RAISE"]);
