import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { messageOf } from "../../src/errors/mod.ts";

/** Entries kept, in memory and in the file. */
export const HISTORY_ENTRIES_MAX = 2000;

/** Longer entries (a pasted INSERT of a thousand rows, say) run but are not remembered, in UTF-16 code units. */
export const HISTORY_ENTRY_LENGTH_MAX = 16 * 1024;

/** The file may hold this many times {@linkcode HISTORY_ENTRIES_MAX} lines before it is rewritten without repetitions. */
const FILE_SLACK = 2;

/**
 * Where the history is kept: `$XDG_STATE_HOME/rhei/history`, else `~/.local/state/rhei/history`. `null` (memory only) when
 * the environment names no home; relative paths are ignored, as the XDG specification asks.
 */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const state = environment["XDG_STATE_HOME"];
  if (state !== undefined && isAbsolute(state)) return join(state, "rhei", "history");
  const home = environment["HOME"] ?? environment["USERPROFILE"];
  if (home !== undefined && isAbsolute(home)) return join(home, ".local", "state", "rhei", "history");
  return null;
}

/**
 * What was typed, newest first, without repetitions; one statement is one entry however many lines it has.
 *
 * The file holds one entry per line, oldest first, with line breaks and backslashes escaped. New entries are appended, so
 * shells running side by side lose nothing of each other. Only the owner may read it.
 */
export class History {
  readonly #path: string | null;
  readonly #onProblem: (text: string) => void;
  #entries: string[];
  #writable: boolean;

  /**
   * @param path The file, or `null` to keep nothing.
   * @param onProblem Told once when the file cannot be read or written; the history then lives in memory.
   */
  constructor(path: string | null, onProblem: (text: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
    this.#entries = [];
    this.#writable = path !== null;
    if (path !== null) this.#attempt(() => this.#load(path));
  }

  /** Newest first. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Remembers an entry; an equal older one is dropped. */
  add(text: string): void {
    const entry = text.trim();
    if (entry === "" || entry.length > HISTORY_ENTRY_LENGTH_MAX || entry === this.#entries[0]) return;
    this.#entries = [entry, ...this.#entries.filter((other) => other !== entry)].slice(0, HISTORY_ENTRIES_MAX);
    const path = this.#path;
    if (path !== null && this.#writable) {
      this.#attempt(() => appendFileSync(path, `${escapeEntry(entry)}\n`, { mode: 0o600 }));
    }
  }

  #load(path: string): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lines = readLines(path);
    this.#entries = [...new Set(lines.map(unescapeEntry).reverse())].slice(0, HISTORY_ENTRIES_MAX);
    if (lines.length > HISTORY_ENTRIES_MAX * FILE_SLACK) this.#rewrite(path);
    else if (lines.length > 0) chmodSync(path, 0o600);
  }

  #rewrite(path: string): void {
    const temporary = `${path}.${process.pid}`;
    const text = this.#entries.toReversed().map((entry) => `${escapeEntry(entry)}\n`).join("");
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  }

  /** A history that cannot be kept must not keep anybody from working: it is said once, and the session goes on. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#writable = false;
      this.#onProblem(`The history is not kept: ${messageOf(error)}`);
    }
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function escapeEntry(entry: string): string {
  return entry.replace(/[\\\n\r]/g, (char) => (char === "\\" ? "\\\\" : char === "\n" ? "\\n" : "\\r"));
}

function unescapeEntry(line: string): string {
  return line.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char === "r" ? "\r" : char));
}
