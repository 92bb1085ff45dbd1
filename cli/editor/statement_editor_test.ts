import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import xterm from "@xterm/headless";
import type { TerminalInput } from "./gated_input.ts";
import { type Completion, StatementEditor, type StatementInput } from "./statement_editor.ts";

const UP = "\x1b[A", DOWN = "\x1b[B", LEFT = "\x1b[D", HOME = "\x1b[H", CTRL_C = "\x03", CTRL_R = "\x12";

class FakeKeyboard extends EventEmitter {
  raw = false;
  resume(): void {}
  pause(): void {}
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
}

interface Desk {
  readonly editor: StatementEditor;
  readonly keyboard: FakeKeyboard;
  /** Presses keys, one piece after the other, and gives the screen. */
  readonly press: (...keys: string[]) => Promise<string>;
  readonly resize: (columns: number) => void;
  readonly cursor: () => readonly [row: number, column: number];
}

/** An editor at an emulated terminal. Enter ends a text that ends with a semicolon. */
function desk(options: { history?: string[]; completion?: Completion; columns?: number; rows?: number } = {}): Desk {
  const { columns = 40, rows = 8 } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const keyboard = new FakeKeyboard();
  const output = Object.assign(new EventEmitter(), {
    columns,
    rows,
    write: (text: string) => terminal.write(text.replace(/(?<!\r)\n/g, "\r\n")),
  });
  const editor = new StatementEditor({
    input: keyboard as unknown as TerminalInput,
    output,
    isComplete: (text) => text.endsWith(";"),
    highlight: () => [],
    complete: () => Promise.resolve(options.completion ?? { candidates: [], replaced: "" }),
    history: () => options.history ?? [],
    onInterrupt: () => {},
  });
  const screen = async (): Promise<string> => {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => terminal.write("", resolve));
    const { active } = terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString().trimEnd() ?? "")
      .join("\n").trimEnd();
  };
  return {
    editor,
    keyboard,
    async press(...keys) {
      for (const key of keys) keyboard.emit("data", Buffer.from(key));
      return await screen();
    },
    resize(wanted) {
      terminal.resize(wanted, rows);
      output.columns = wanted;
      output.emit("resize");
    },
    cursor: () => [terminal.buffer.active.cursorY, terminal.buffer.active.cursorX],
  };
}

const PROMPTS = { first: "> ", more: ". " };

/** Reads one statement while `keys` are pressed. */
async function typed(keys: readonly string[], options: Parameters<typeof desk>[0] = {}): Promise<StatementInput> {
  const { editor, press } = desk(options);
  const reading = editor.read(PROMPTS);
  await press(...keys);
  editor.close();
  return await reading;
}

for (
  const [name, keys, expected] of [
    ["a line", ["select 1;\r"], "select 1;"],
    ["several lines", ["select\r1;\r"], "select\n1;"],
    ["a line break by Alt-Enter", ["a;", "\x1b\r", "b;\r"], "a;\nb;"],
    [
      "a correction in the line before",
      ["selct\r1;", UP, HOME, "\x1b[C\x1b[C\x1b[C", "e", DOWN, "\x05", "\r"],
      "select\n1;",
    ],
    ["words cut and put back", ["b; a ", "\x17", HOME, "\x19", "\x05", "\x7f", "\r"], "a b;"],
    ["a mistake undone", ["a;", "\x15", "\x1f", "\r"], "a;"],
    ["an emoji deleted as one", ["👩‍👩‍👧", "\x7f", ";\r"], ";"],
    ["unknown keys passed over", ["\x1b[15~", "a", "\x1b[1;3P", "\x1bq", ";\r"], "a;"],
    ["pasted text with a tab", ["\x1b[200~a\tb\nc", ";\r\n\x1b[201~"], "a\tb\nc;"],
  ] as const
) {
  Deno.test(`StatementEditor.read() gives ${name}`, async () => {
    assert.deepEqual(await typed(keys), { kind: "statement", text: expected });
  });
}

Deno.test("StatementEditor.read() says what was given up, and what was unfinished at the end", async () => {
  assert.deepEqual(await typed(["half\ra", CTRL_C]), { kind: "interrupt", text: "half\na" });
  assert.deepEqual(await typed(["\x04"]), { kind: "end", text: "" });
  assert.deepEqual(await typed(["a\r\x04"]), { kind: "end", text: "a\n" });
  assert.deepEqual(await typed(["a\x04;\r"]), { kind: "statement", text: "a;" }, "Ctrl-D behind text does nothing");
});

Deno.test("StatementEditor edits a recalled statement of several lines as one", async () => {
  const { editor, press } = desk({ history: ["select\n  2\n;", "select 1;"] });
  const reading = editor.read(PROMPTS);
  assert.equal(await press("draft", UP), "> select\n.   2\n. ;");
  assert.equal(await press(UP, "\x7f", "3"), "> select\n. 3 2\n. ;");
  await press("\x1b[1;5F", "\r");
  assert.deepEqual(await reading, { kind: "statement", text: "select\n3 2\n;" });
});

Deno.test("StatementEditor comes back to the draft after a walk through the history", async () => {
  const { editor, press } = desk({ history: ["one;", "two;"] });
  const reading = editor.read(PROMPTS);
  assert.equal(await press("draft;", UP, UP), "> two;");
  assert.equal(await press(DOWN, DOWN), "> draft;");
  await press("\r");
  assert.deepEqual(await reading, { kind: "statement", text: "draft;" });
});

Deno.test("StatementEditor searches backwards with Ctrl-R", async () => {
  const history = ["insert b;", "select\n a;", "select b;"];
  const { editor, press } = desk({ history });
  const reading = editor.read(PROMPTS);
  assert.equal(await press(CTRL_R), 'search "":');
  assert.equal(await press("sel"), 'search "sel": select\n.  a;');
  assert.equal(await press(CTRL_R), 'search "sel": select b;');
  assert.equal(await press("x"), 'nothing found for "selx":');
  assert.equal(await press("\x7f", LEFT), "> select\n.  a;");
  await press("\x15\x7f\x15", CTRL_R, "INS");
  assert.equal(await press("\x07"), "> ;", "Ctrl-G goes back to what was typed");
  await press(CTRL_R, "ins", "\r");
  assert.deepEqual(await reading, { kind: "statement", text: "insert b;" });
});

Deno.test("StatementEditor completes as far as candidates agree, then lists them until the next key", async () => {
  const completion = { candidates: ["Album", "AlbumId"], replaced: "al" };
  const { editor, press } = desk({ completion });
  void editor.read(PROMPTS);
  assert.equal(await press("from al", "\t"), "> from Album");
  completion.replaced = "Album";
  assert.equal(await press("\t"), "> from Album\nAlbum    AlbumId");
  assert.equal(await press("I"), "> from AlbumI");
  editor.close();
});

Deno.test("StatementEditor prints notices above what is being edited", async () => {
  const { editor, press } = desk();
  void editor.read(PROMPTS);
  await press("one\rtwo");
  editor.interject("a notice\n");
  assert.equal(await press("!"), "a notice\n> one\n. two!");
  editor.close();
});

Deno.test("StatementEditor shows the part around the cursor of a text taller than the terminal, and all of it at the end", async () => {
  const { editor, press } = desk({ rows: 4 });
  const reading = editor.read(PROMPTS);
  await press("1\r2\r3\r4\r5\r6");
  assert.match(await press(UP, UP, UP, UP), /^> 1\n\. 2\n\. 3\n\. 4$/m);
  await press("\x1b[1;5F", ";\r");
  const text = await press();
  assert.match(text, /> 1\n\. 2\n\. 3\n\. 4\n\. 5\n\. 6;$/);
  assert.equal((await reading).kind, "statement");
});

Deno.test("StatementEditor lays the text out anew when the terminal is resized", async () => {
  const { editor, press, resize, cursor } = desk({ columns: 40 });
  void editor.read(PROMPTS);
  await press("x".repeat(30));
  resize(20);
  assert.equal(await press(), `> ${"x".repeat(18)}\n${"x".repeat(12)}`);
  assert.deepEqual(cursor(), [1, 12]);
  editor.close();
});

Deno.test("StatementEditor.lend() gives the terminal away and takes it back", async () => {
  const { editor, keyboard, press } = desk();
  const during = await editor.lend(() => {
    keyboard.emit("data", Buffer.from("lost"));
    return Promise.resolve(keyboard.raw);
  });
  assert.deepEqual([during, keyboard.raw], [false, true]);
  void editor.read(PROMPTS);
  assert.equal(await press("kept"), "> kept");
  editor.close();
  assert.equal(keyboard.raw, false);
});
