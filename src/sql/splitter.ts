import { keywordOf } from "./keywords.ts";
import { Scanner } from "./scanner.ts";

/** One statement of a script. */
export interface StatementSlice {
  /** From its first token up to its semicolon, which is left out; comments inside stay. */
  readonly text: string;
  /** UTF-16 offsets of `text` in the script, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** Line of `start` in the script, from 1. */
  readonly line: number;
  /** Whether a semicolon ends it. Only the last statement of a script can lack one. */
  readonly terminated: boolean;
}

/**
 * Where a statement stands: `trigger` is inside CREATE TRIGGER, which ends at a semicolon after an END that itself follows a
 * semicolon, so that neither `;` inside BEGIN … END nor a CASE … END ends it. It is the rule of `sqlite3_complete`.
 */
type State = "start" | "normal" | "explain" | "create" | "trigger" | "triggerSemicolon" | "triggerEnd";

function afterToken(state: State, keyword: string): State {
  switch (state) {
    case "start":
      return keyword === "EXPLAIN" ? "explain" : keyword === "CREATE" ? "create" : "normal";
    case "explain":
      return keyword === "CREATE" ? "create" : keyword === "QUERY" || keyword === "PLAN" ? "explain" : "normal";
    case "create":
      return keyword === "TEMP" || keyword === "TEMPORARY" ? "create" : keyword === "TRIGGER" ? "trigger" : "normal";
    case "triggerSemicolon":
      return keyword === "END" ? "triggerEnd" : "trigger";
    case "triggerEnd":
      return "trigger";
    case "normal":
    case "trigger":
      return state;
  }
}

/**
 * Splits a script into its statements, one by one, in time linear in its length. Semicolons inside strings, quoted names,
 * comments and trigger bodies do not split. Empty statements are left out. Text that is no valid SQL is passed on as it is: running
 * it gives the error.
 *
 * @param script Any text.
 */
export function* splitStatements(script: string): Generator<StatementSlice, void, undefined> {
  const scanner = new Scanner(script);
  const lines = new LineCounter(script);
  let state: State = "start";
  let start = -1;
  while (scanner.next()) {
    if (scanner.code === SEMICOLON && scanner.kind === "operator") {
      if (state === "trigger" || state === "triggerSemicolon") {
        state = "triggerSemicolon";
        continue;
      }
      if (start >= 0) yield slice(script, start, scanner.start, lines.lineAt(start), true);
      state = "start";
      start = -1;
      continue;
    }
    if (start < 0) start = scanner.start;
    if (state !== "normal") {
      state = afterToken(state, scanner.kind === "name" ? keywordOf(script.slice(scanner.start, scanner.end)) : "");
    }
  }
  if (start >= 0) yield slice(script, start, script.length, lines.lineAt(start), false);
}

const SEMICOLON = 59;

function slice(script: string, start: number, end: number, line: number, terminated: boolean): StatementSlice {
  const text = script.slice(start, end).trimEnd();
  return { text, start, end: start + text.length, line, terminated };
}

/** Counts lines up to growing offsets. */
class LineCounter {
  #line = 1;
  #nextNewline: number;

  constructor(private readonly script: string) {
    this.#nextNewline = script.indexOf("\n");
  }

  lineAt(offset: number): number {
    while (this.#nextNewline >= 0 && this.#nextNewline < offset) {
      this.#line++;
      this.#nextNewline = this.script.indexOf("\n", this.#nextNewline + 1);
    }
    return this.#line;
  }
}

/**
 * Whether typed text can be run, for a shell that must decide between running and asking for another line: `complete` when its
 * last statement ends with a semicolon, `empty` when it holds nothing but white space, comments and semicolons, otherwise
 * `incomplete`. {@linkcode splitStatements} gives the statements and, not terminated, the rest.
 */
export function completeness(text: string): "complete" | "incomplete" | "empty" {
  let last: StatementSlice | undefined;
  for (const statement of splitStatements(text)) last = statement;
  if (last !== undefined && !last.terminated) return "incomplete";
  if (endsInComment(text)) return "incomplete";
  return last === undefined ? "empty" : "complete";
}

function endsInComment(text: string): boolean {
  const scanner = new Scanner(text);
  while (scanner.next());
  return scanner.inComment;
}
