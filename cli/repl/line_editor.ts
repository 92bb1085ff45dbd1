import { clearScreenDown, type Completer, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import { GatedInput, type TerminalInput } from "./gated_input.ts";

/** What a person did at a prompt. */
export type LineInput =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C: the line is given up. `text` is what it held. */
  | { readonly kind: "interrupt"; readonly text: string }
  /** Ctrl-D on an empty line, or the terminal went away. */
  | { readonly kind: "end" };

/** Candidates that may replace the `replaced` characters before the cursor. */
export interface LineCompletion {
  readonly candidates: readonly string[];
  readonly replaced: string;
}

/** What a {@linkcode LineEditor} needs. */
export interface LineEditorOptions {
  readonly input: TerminalInput;
  /** The terminal that shows the line. */
  readonly output: NodeJS.WritableStream;
  /** Called for Tab with the whole line and the cursor's offset in it. */
  readonly complete: (line: string, cursor: number) => Promise<LineCompletion>;
  /** Entries the arrow keys walk through, newest first; asked at every prompt. */
  readonly history: () => readonly string[];
  /** Ctrl-C while no line is being read. */
  readonly onInterrupt: () => void;
}

/** As `node:readline` calls it; it shows an error beside the line. */
type CompletionCallback = (error: unknown, result?: [string[], string]) => void;

const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

/** Edits one line at a time at a terminal, on `node:readline`. */
export class LineEditor {
  readonly #input: GatedInput;
  readonly #output: NodeJS.WritableStream;
  readonly #readline: Interface;
  readonly #history: () => readonly string[];
  /** readline's own array of entries, once it has shown it. */
  #entries: string[] | null = null;
  #answer: ((input: LineInput) => void) | null = null;
  #ended = false;

  constructor(options: LineEditorOptions) {
    this.#input = new GatedInput(options.input);
    this.#output = options.output;
    this.#history = options.history;
    this.#input.on("interrupt", options.onInterrupt);
    this.#input.on("hangup", () => this.#readline.close());
    this.#readline = createInterface({
      input: this.#input as unknown as NodeJS.ReadableStream,
      output: options.output,
      terminal: true,
      history: [...options.history()],
      // Bounded by the history itself; readline must not drop entries of it.
      historySize: Number.MAX_SAFE_INTEGER,
      tabSize: 4,
      completer: this.#completer(options.complete),
    });
    this.#listen();
  }

  /** Shows the prompt and waits for a line. */
  read(prompt: string): Promise<LineInput> {
    if (this.#ended) return Promise.resolve({ kind: "end" });
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#refreshHistory();
      this.#output.write(PASTE_ON);
      this.#readline.setPrompt(prompt);
      this.#readline.prompt();
      this.#input.open();
    });
  }

  /** Prints text that nobody asked for (a notice from the background) above the line being edited, if any. */
  interject(text: string): void {
    if (this.#answer === null) {
      this.#output.write(text);
      return;
    }
    moveCursor(this.#output, 0, -this.#readline.getCursorPos().rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    this.#output.write(text);
    this.#startBelow({});
    this.#readline.prompt(true);
  }

  /** Gives the terminal back as it was. Idempotent. */
  close(): void {
    this.#readline.close();
    this.#input.release();
  }

  #listen(): void {
    this.#readline.on("line", (text) => {
      // Newer readlines separate the lines of a recalled entry by carriage returns.
      this.#settle({ kind: "line", text: text.replace(/\r\n?/g, "\n") });
    });
    this.#readline.on("SIGINT", () => this.#giveUpLine());
    this.#readline.on("close", () => {
      this.#ended = true;
      this.#settle({ kind: "end" });
    });
    // Lines of an unfinished statement are no entries: what the arrow keys find is decided by `history` alone.
    this.#readline.on("history", (entries) => {
      this.#entries = entries;
      this.#refreshHistory();
    });
    // After Ctrl-Z and `fg` readline is paused with an empty screen line.
    this.#readline.on("SIGCONT", () => this.#readline.prompt(true));
  }

  #refreshHistory(): void {
    this.#entries?.splice(0, this.#entries.length, ...this.#history());
  }

  #giveUpLine(): void {
    const text = this.#readline.line;
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#output.write("^C\n");
    this.#startBelow({ line: "", cursor: 0 });
    this.#settle({ kind: "interrupt", text });
  }

  /** Makes readline forget the rows it drew: it redraws from as many rows above as it believes to stand. */
  #startBelow(state: { readonly line?: string; readonly cursor?: number }): void {
    Object.assign(this.#readline, { ...state, prevRows: 0 });
  }

  #settle(input: LineInput): void {
    const answer = this.#answer;
    this.#answer = null;
    this.#input.shut();
    if (answer === null) return;
    this.#output.write(PASTE_OFF);
    answer(input);
  }

  #completer(complete: LineEditorOptions["complete"]): Completer {
    const completer = (toCursor: string, callback: CompletionCallback): void => {
      if (this.#input.pasting) {
        callback(null, [[], toCursor]);
        return;
      }
      complete(this.#readline.line, toCursor.length).then(({ candidates, replaced }) => {
        const done = candidates.length === 1 && candidates[0] === replaced;
        callback(null, [done ? [] : [...candidates], replaced]);
      }, callback);
    };
    return completer as unknown as Completer;
  }
}
