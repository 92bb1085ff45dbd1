import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import xterm from "@xterm/headless";
import { rheiCommand } from "./cli_process.ts";

/** How long a person would wait before giving up, in milliseconds: only a failing test waits this long. */
const PATIENCE_MS = 30_000;

/** Named keys as terminals send them. */
export const KEYS = {
  enter: "\r",
  tab: "\t",
  up: "\x1b[A",
  down: "\x1b[B",
  left: "\x1b[D",
  ctrlC: "\x03",
  ctrlD: "\x04",
  ctrlR: "\x12",
  pasteStart: "\x1b[200~",
  pasteEnd: "\x1b[201~",
} as const;

/** Whether this machine can give a program a terminal: util-linux's `script`, part of every Debian. */
export function hasPseudoTerminals(): boolean {
  const probe = spawnSync("script", ["--version"], { encoding: "utf8" });
  return probe.status === 0 && /util-linux/.test(probe.stdout);
}

/** Options of a {@linkcode ReplTerminal}. */
export interface ReplTerminalOptions {
  readonly args: readonly string[];
  /** What to run instead of `rhei` from this checkout with `args`. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** A shell run in a pseudo-terminal, with a terminal emulator as its screen: keys in, what a person sees out. */
export class ReplTerminal implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #exited: Promise<number>;
  #gone = false;
  #waiting: (() => void)[] = [];
  #raw = "";

  constructor(options: ReplTerminalOptions) {
    const { columns = 80, rows = 24 } = options;
    this.#screen = new xterm.Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
    const rhei = (options.command ?? rheiCommand(options.args)).map(quoted).join(" ");
    const { NO_COLOR: _, ...inherited } = process.env;
    this.#process = spawn("script", ["-qfec", `stty cols ${columns} rows ${rows}; exec ${rhei}`, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...inherited, TERM: "xterm-256color", SHELL: "/bin/sh", ...options.env },
    });
    this.#process.stdout.on("data", (chunk: Uint8Array) => {
      this.#raw += new TextDecoder().decode(chunk);
      this.#screen.write(chunk, () => this.#wake());
    });
    this.#exited = new Promise((resolve) =>
      this.#process.on("close", (code) => {
        this.#gone = true;
        this.#wake();
        resolve(code ?? -1);
      })
    );
  }

  /** All lines the terminal holds, those scrolled off included, joined and without trailing blanks. */
  get text(): string {
    const { active } = this.#screen.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => lineText(active.getLine(row)));
    return lines.join("\n").trimEnd();
  }

  /** The line the cursor is on, without trailing blanks. */
  get cursorLine(): string {
    const { active } = this.#screen.buffer;
    return lineText(active.getLine(active.baseY + active.cursorY));
  }

  /** Everything the program sent, escape sequences and all. */
  get raw(): string {
    return this.#raw;
  }

  /** Types keys. */
  type(...keys: string[]): void {
    for (const key of keys) this.#process.stdin.write(key);
  }

  /** Types a line and waits until it has been answered: the cursor stands at a fresh prompt below. */
  async enter(line: string, prompt = "rhei>"): Promise<void> {
    const before = this.text;
    const shown = countOf(before, line);
    this.type(line, KEYS.enter);
    // A notice may come at any moment: the prompt below it is not the one that follows this line.
    await this.until((text) =>
      countOf(text, line) > shown && this.cursorLine === prompt && text.length > before.length
    );
  }

  /** Waits until the screen shows the text. */
  shows(wanted: string): Promise<void> {
    return this.until((text) => text.includes(wanted), JSON.stringify(wanted));
  }

  /** Waits until the cursor's line is exactly this. */
  atLine(wanted: string): Promise<void> {
    return this.until(() => this.cursorLine === wanted, `cursor line ${JSON.stringify(wanted)}`);
  }

  /** Waits until what is seen meets the condition. */
  async until(seen: (text: string) => boolean, what = seen.toString()): Promise<void> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (!seen(this.text)) {
      if (deadline.aborted || this.#gone) {
        const why = this.#gone ? "the shell has ended" : `waited ${PATIENCE_MS} ms`;
        throw new Error(`Never saw ${what}: ${why}. The screen:\n${this.text}`);
      }
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        deadline.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** The exit code, once the shell has ended by itself. */
  exitCode(): Promise<number> {
    return this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#gone) this.#process.kill("SIGKILL");
    await this.#exited;
    this.#screen.dispose();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function lineText(line: { translateToString(): string } | undefined): string {
  return line?.translateToString().trimEnd() ?? "";
}

/** How often a line stands on the screen, however it is wrapped. */
function countOf(text: string, line: string): number {
  const solid = (part: string): string => part.replaceAll(/\s/g, "");
  return solid(text).split(solid(line)).length - 1;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
