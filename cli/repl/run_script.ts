import { RheiError } from "../../src/errors/mod.ts";
import { splitStatements } from "../../src/sql/mod.ts";
import { isDotCommand } from "../meta/mod.ts";

/** One step of a script: a statement, or a line that is a dot command. */
export interface ScriptStep {
  readonly kind: "sql" | "dotCommand";
  /** Without the semicolon. */
  readonly text: string;
  /** Line in the script, from 1. */
  readonly line: number;
  /** Offset in the script, of which a byte order mark and the text of a shebang line are no part. */
  readonly start: number;
}

/** What runs a script's steps. */
export interface ScriptTarget {
  /** Runs one step. */
  run(step: ScriptStep): Promise<void>;
  /** Whether the script is to end early, without failure. */
  readonly ended: boolean;
}

/** How a script is run. */
export interface ScriptOptions {
  /** Name in messages. */
  readonly name: string;
  /** Called for each failure, which names the script and line. The script goes on if it returns; to stop, throw. */
  readonly onFailure: (failure: RheiError) => void;
}

/** A script's steps in order. A dot command is a line of its own where a statement could begin. */
export function* scriptSteps(script: string): Generator<ScriptStep, void, undefined> {
  let from = 0;
  let lineFrom = 1;
  scan: for (;;) {
    for (const slice of splitStatements(from === 0 ? script : script.slice(from))) {
      const start = from + slice.start;
      const line = lineFrom + slice.line - 1;
      if (isDotCommand(slice.text) && script.slice(script.lastIndexOf("\n", start - 1) + 1, start).trim() === "") {
        const newline = script.indexOf("\n", start);
        const end = newline < 0 ? script.length : newline;
        yield { kind: "dotCommand", text: script.slice(start, end).trimEnd(), line, start };
        // What was split as the rest of this "statement" is read anew, as the lines after the command.
        from = end;
        lineFrom = line;
        continue scan;
      }
      yield { kind: "sql", text: slice.text, line, start };
    }
    return;
  }
}

/** The step behind one of a script's, or `null`. */
export function scriptStepAfter(script: string, step: ScriptStep): ScriptStep | null {
  for (const next of scriptSteps(withoutShebang(script))) if (next.start > step.start) return next;
  return null;
}

/** Runs a script's steps one after the other, until the end or until `onFailure` throws. */
export async function runScript(script: string, target: ScriptTarget, options: ScriptOptions): Promise<void> {
  for (const step of scriptSteps(withoutShebang(script))) {
    if (target.ended) return;
    try {
      await target.run(step);
    } catch (error) {
      options.onFailure(failureIn(step, options.name, error));
    }
  }
}

/** A byte order mark goes, and the text of a first line that tells the system what runs the script. */
function withoutShebang(script: string): string {
  return script.replace(/^\ufeff/, "").replace(/^#!.*/, "");
}

const UNENDED_HINT = "a statement ends with ; before a dot command";

/** Whether a line of a statement looks like a dot command, which it is not while the statement before has no end. */
function holdsDotCommand({ kind, text }: ScriptStep): boolean {
  return kind === "sql" && text.split("\n").slice(1).some(isDotCommand);
}

/** The failure with the script's name and line, pointing at the statement if at nothing closer. Defects of rhei pass as they are. */
function failureIn(step: ScriptStep, name: string, error: unknown): RheiError {
  if (!(error instanceof RheiError)) throw error;
  // A script read by this one has said where it failed.
  if (error.details["script"] !== undefined) return error;
  const { code, retryable, details } = error;
  const hint = error.hint ?? (code === "SQL_SYNTAX" && holdsDotCommand(step) ? UNENDED_HINT : undefined);
  const within = error.pointer ?? { text: step.text, start: 0, end: step.text.search(/\n|$/) };
  const isHere = within.text.includes(step.text) || step.text.includes(within.text);
  return new RheiError(code, `${name}:${step.line}: ${error.message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
    pointer: isHere ? { ...within, firstLine: step.line } : within,
    retryable,
    details: { ...details, script: name, line: step.line, statement: step.text },
  });
}
