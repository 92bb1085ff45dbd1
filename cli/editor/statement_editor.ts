import { emitKeypressEvents, type Interface } from "node:readline";
import process from "node:process";
import { messageOf } from "../../src/errors/mod.ts";
import { CUTS, type Edit, EDITS, type EditState, EMPTY, insert } from "./edit_state.ts";
import { GatedInput, type TerminalInput } from "./gated_input.ts";
import { HistorySearch, HistoryWalk } from "./history_walk.ts";
import { type Action, actionOf, type Key } from "./keymap.ts";
import { Screen, type TerminalOutput } from "./screen.ts";
import { type ScreenLayout, screenLayout, type StyledSpan } from "./screen_layout.ts";
import { candidateRows } from "./candidate_rows.ts";

/** What a person did at a prompt. */
export type StatementInput =
  | { readonly kind: "statement"; readonly text: string }
  /** Ctrl-C: the text is given up. */
  | { readonly kind: "interrupt"; readonly text: string }
  /** Ctrl-D on an empty line, or the terminal went away. `text` is what was left unfinished. */
  | { readonly kind: "end"; readonly text: string };

/** Candidates that may replace the `replaced` characters before the cursor. */
export interface Completion {
  readonly candidates: readonly string[];
  readonly replaced: string;
}

/** Before the first line, and before every other. */
export interface Prompts {
  readonly first: string;
  readonly more: string;
}

/** What a {@linkcode StatementEditor} needs. */
export interface StatementEditorOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** Whether the end of a line, typed with Enter or pasted, ends the text; otherwise it begins a new line. */
  readonly isComplete: (text: string, pasting: boolean) => boolean;
  /** Colours of the text. */
  readonly highlight: (text: string) => readonly StyledSpan[];
  /** Called for Tab with the whole text and the cursor's offset in it. */
  readonly complete: (text: string, cursor: number) => Promise<Completion>;
  /** Entries the arrow keys and Ctrl-R look through, newest first; asked at every prompt. */
  readonly history: () => readonly string[];
  /** Ctrl-C while nothing is being read. */
  readonly onInterrupt: () => void;
}

const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

/** Settings of the decoder of keys: how long Escape may be the beginning of another key's sequence, in milliseconds. */
const DECODER = { escapeCodeTimeout: 50 };

/** Windows has no jobs, nor their signals. */
const CAN_SUSPEND = process.platform !== "win32";

/** States Ctrl-_ can go back to. */
const UNDO_MAX = 500;

/** Edits statements of one or many lines at a terminal, coloured, with completion, history and search. */
export class StatementEditor {
  readonly #options: StatementEditorOptions;
  readonly #input: GatedInput;
  readonly #screen: Screen;
  readonly #onResize = (): void => this.#resized();
  readonly #onContinue = (): void => this.#continued();
  #state: EditState = EMPTY;
  #undo: EditState[] = [];
  #cut = "";
  #prompts: Prompts = { first: "", more: "" };
  #walk = new HistoryWalk([]);
  #search: HistorySearch | null = null;
  #below: readonly string[] = [];
  #answer: ((input: StatementInput) => void) | null = null;
  #drawing = false;
  #ended = false;

  constructor(options: StatementEditorOptions) {
    this.#options = options;
    this.#screen = new Screen(options.output);
    this.#input = new GatedInput(options.input);
    emitKeypressEvents(this.#input as unknown as NodeJS.ReadableStream, DECODER as unknown as Interface);
    this.#input.on("keypress", (text: string | undefined, key: Key) => this.#press(actionOf(text, key)));
    this.#input.on("paste", (text: string) => this.#paste(text));
    this.#input.on("pasted", () => this.#redraw());
    this.#input.on("interrupt", options.onInterrupt);
    this.#input.on("hangup", () => this.#end());
    this.#input.setRawMode(true);
    options.output.on?.("resize", this.#onResize);
    if (CAN_SUSPEND) process.on("SIGCONT", this.#onContinue);
  }

  /** Shows the prompt and waits for a statement. `text` is there to begin with. */
  read(prompts: Prompts, text = ""): Promise<StatementInput> {
    if (this.#ended) return Promise.resolve({ kind: "end", text: "" });
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#prompts = prompts;
      this.#state = { text, cursor: text.length };
      this.#undo = [];
      this.#walk = new HistoryWalk(this.#options.history());
      this.#options.output.write(PASTE_ON);
      this.#draw();
      this.#input.open();
    });
  }

  /** Prints text that nobody asked for (a notice from the background) above what is being edited, if anything. */
  interject(text: string): void {
    if (this.#answer !== null) this.#screen.erase();
    this.#options.output.write(text);
    if (this.#answer !== null) this.#draw();
  }

  /** Leaves the terminal to another program while `body` runs. Not to be called while a statement is read. */
  async lend<T>(body: () => Promise<T>): Promise<T> {
    this.#input.setRawMode(false);
    this.#input.detach();
    try {
      return await body();
    } finally {
      this.#input.attach();
      this.#input.setRawMode(true);
    }
  }

  /** Gives the terminal back as it was. Idempotent. */
  close(): void {
    this.#end();
    if (CAN_SUSPEND) process.off("SIGCONT", this.#onContinue);
    this.#options.output.off?.("resize", this.#onResize);
    this.#input.setRawMode(false);
    this.#input.detach();
  }

  #press(action: Action): void {
    if (this.#answer === null) return;
    this.#below = [];
    if (this.#search !== null && this.#searches(this.#search, action)) return this.#redraw();
    this.#act(action);
    this.#redraw();
  }

  #act(action: Action): void {
    const { text, cursor } = this.#state;
    switch (action.kind) {
      case "insert":
        return this.#change(insert(this.#state, action.text));
      case "edit":
        return this.#apply(EDITS[action.name]);
      case "cut":
        return this.#applyCut(CUTS[action.name]);
      case "enter":
        return this.#enter(false);
      case "newline":
        return this.#change(insert(this.#state, "\n"));
      case "up":
        return this.#up();
      case "down":
        return this.#down();
      case "tab":
        return this.#complete();
      case "paste":
        return this.#change(insert(this.#state, this.#cut));
      case "undo":
        this.#state = this.#undo.pop() ?? this.#state;
        return;
      case "search":
        this.#search = new HistorySearch(this.#options.history());
        return;
      case "clear":
        return this.#screen.clear();
      case "suspend":
        return this.#suspend();
      case "interrupt":
        return this.#settle({ kind: "interrupt", text }, "^C");
      case "delete":
        if (cursor < text.length) return this.#apply(EDITS.deleteForward);
        // On an empty line it ends the input, as it does for other readers of terminals.
        return text === "" || text.endsWith("\n") ? this.#end() : undefined;
      case "giveUp":
      case "nothing":
        return;
    }
  }

  /** What a key does during a search; `false` when the search is over and the key still has its own meaning. */
  #searches(search: HistorySearch, action: Action): boolean {
    switch (action.kind) {
      case "insert":
        search.refine(search.query + action.text);
        return true;
      case "search":
        search.older();
        return true;
      case "giveUp":
      case "interrupt":
        this.#search = null;
        return true;
      case "edit":
        if (action.name !== "deleteBack") break;
        search.refine(Array.from(search.query).slice(0, -1).join(""));
        return true;
      default:
        break;
    }
    const { found } = search;
    if (found !== null) this.#change({ text: found.text, cursor: found.text.length });
    this.#search = null;
    return action.kind === "nothing";
  }

  #paste(text: string): void {
    if (this.#answer === null) return;
    this.#below = [];
    const line = text.replace(/[\r\n]+$/, "");
    if (line !== "") this.#change(insert(this.#state, line));
    if (line.length < text.length) this.#enter(true);
    this.#redraw();
  }

  #enter(pasting: boolean): void {
    const { text } = this.#state;
    if (this.#options.isComplete(text, pasting)) this.#settle({ kind: "statement", text });
    else this.#change(insert(this.#state, "\n"));
  }

  #up(): void {
    const moved = EDITS.lineUp(this.#state);
    if (moved !== null) this.#state = moved;
    else this.#recall(this.#walk.older(this.#state.text));
  }

  #down(): void {
    const moved = EDITS.lineDown(this.#state);
    if (moved !== null) this.#state = moved;
    else this.#recall(this.#walk.newer());
  }

  #recall(text: string | null): void {
    if (text !== null) this.#change({ text, cursor: text.length });
  }

  #complete(): void {
    const asked = this.#state;
    this.#options.complete(asked.text, asked.cursor).then((found) => {
      // What was typed meanwhile has made the answer worthless.
      if (this.#answer !== null && this.#state === asked) this.#offer(found);
    }, (error) => {
      // An editor that cannot complete is still an editor: the failure is shown, and gone with the next key.
      this.#below = [messageOf(error)];
      this.#redraw();
    });
  }

  #offer({ candidates, replaced }: Completion): void {
    const { text, cursor } = this.#state;
    const common = commonBeginning(candidates);
    if (common !== "" && common !== replaced && (candidates.length === 1 || common.length > replaced.length)) {
      const start = cursor - replaced.length;
      this.#change({ text: text.slice(0, start) + common + text.slice(cursor), cursor: start + common.length });
    } else if (candidates.length > 1) this.#below = candidateRows(candidates, this.#screen.width);
    this.#redraw();
  }

  #apply(edit: Edit): void {
    const next = edit(this.#state);
    if (next !== null) this.#change(next);
  }

  #applyCut(edit: Edit): void {
    const before = this.#state;
    const next = edit(before);
    if (next === null) return;
    this.#cut = before.text.slice(next.cursor, next.cursor + before.text.length - next.text.length);
    this.#change(next);
  }

  #change(next: EditState): void {
    if (next.text !== this.#state.text) {
      this.#undo.push(this.#state);
      if (this.#undo.length > UNDO_MAX) this.#undo.shift();
    }
    this.#state = next;
  }

  #suspend(): void {
    if (!CAN_SUSPEND) return;
    this.#options.output.write(PASTE_OFF);
    this.#screen.erase();
    this.#input.setRawMode(false);
    process.kill(process.pid, "SIGTSTP");
  }

  /** After `fg` the terminal is as the shell left it. */
  #continued(): void {
    this.#input.setRawMode(true);
    if (this.#answer === null) return;
    this.#options.output.write(PASTE_ON);
    this.#draw();
  }

  #resized(): void {
    if (this.#answer === null) return;
    this.#screen.reflowed(this.#layout());
    this.#draw();
  }

  #end(): void {
    this.#ended = true;
    this.#settle({ kind: "end", text: this.#state.text });
  }

  #settle(input: StatementInput, ending = ""): void {
    const answer = this.#answer;
    this.#answer = null;
    this.#search = null;
    this.#below = [];
    this.#input.shut();
    if (answer === null) return;
    this.#screen.finish(this.#layout(), ending);
    this.#options.output.write(PASTE_OFF);
    answer(input);
  }

  /** Draws once for all keys that come in one piece. */
  #redraw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      if (this.#answer !== null && !this.#input.pasting) this.#draw();
    });
  }

  #draw(): void {
    this.#screen.draw(this.#layout(), this.#below);
  }

  #layout(): ScreenLayout {
    const { width } = this.#screen;
    if (this.#search === null) {
      return screenLayout({ ...this.#state, prompts: this.#prompts, spans: this.#spans(this.#state.text), width });
    }
    const { found, query } = this.#search;
    const missing = found === null && query !== "" ? "nothing found for" : "search";
    const text = found?.text ?? "";
    return screenLayout({
      text,
      cursor: found?.start ?? 0,
      prompts: { first: `${missing} "${query}": `, more: this.#prompts.more },
      spans: this.#spans(text),
      width,
    });
  }

  #spans(text: string): readonly StyledSpan[] {
    return text === "" ? [] : this.#options.highlight(text);
  }
}

function commonBeginning(candidates: readonly string[]): string {
  const [first = "", ...others] = candidates;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
