import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { GatedInput, type TerminalInput } from "./gated_input.ts";

class FakeTerminal extends EventEmitter {
  resume(): void {}
  pause(): void {}
}

/** A gate over a fake terminal; `seen` is what came through, `|` marks where the gate was shut by a line end. */
function gate(): { source: FakeTerminal; input: GatedInput; seen: string[]; interrupts: () => number } {
  const source = new FakeTerminal();
  const input = new GatedInput(source as unknown as TerminalInput);
  const seen: string[] = [];
  let interrupts = 0;
  const take = (text: string): void => {
    seen.push(text);
    if (["\r", "\n", "\x03"].includes(text.slice(-1))) input.shut();
  };
  input.on("data", (chunk: Uint8Array) => take(new TextDecoder().decode(chunk)));
  input.on("paste", take);
  input.on("interrupt", () => interrupts++);
  return { source, input, seen, interrupts: () => interrupts };
}

Deno.test("GatedInput hands on one line per open()", () => {
  const { source, input, seen } = gate();
  source.emit("data", Buffer.from("select 1;\r\nselect"));
  assert.deepEqual(seen, []);
  input.open();
  assert.deepEqual(seen, ["select 1;\r"]);
  input.open();
  source.emit("data", Buffer.from(" 2;\rx"));
  assert.deepEqual(seen, ["select 1;\r", "select", " 2;\r"]);
});

Deno.test("GatedInput keeps characters whole that arrive in two chunks", () => {
  const { source, input, seen } = gate();
  const bytes = Buffer.from("é");
  input.open();
  source.emit("data", bytes.subarray(0, 1));
  source.emit("data", bytes.subarray(1));
  assert.deepEqual(seen, ["é"]);
});

Deno.test("GatedInput turns Ctrl-C into an interrupt while shut and drops what was typed ahead", () => {
  const { source, input, seen, interrupts } = gate();
  source.emit("data", Buffer.from("typed ahead\r"));
  source.emit("data", Buffer.from("more\x03after"));
  assert.equal(interrupts(), 1);
  input.open();
  assert.deepEqual(seen, ["after"]);
});

Deno.test("GatedInput hears a Ctrl-C that came in one piece with the line end", () => {
  const { source, input, seen, interrupts } = gate();
  input.open();
  source.emit("data", Buffer.from("select 1;\r\x03rest"));
  assert.deepEqual([seen, interrupts()], [["select 1;\r"], 1]);
  input.open();
  assert.deepEqual(seen, ["select 1;\r", "rest"]);
});

Deno.test("GatedInput takes no pasted character for a Ctrl-C", () => {
  const { source, input, seen, interrupts } = gate();
  source.emit("data", Buffer.from("\x1b[200~a\x03b"));
  source.emit("data", Buffer.from("\x03c\x1b[201~d"));
  assert.equal(interrupts(), 0);
  input.open();
  assert.deepEqual(seen.join(""), "abcd");
  input.shut();
  source.emit("data", Buffer.from("\x1b[200~e\x1b[201~\x03f"));
  input.open();
  assert.deepEqual([seen.join(""), interrupts()], ["abcdf", 1]);
});

Deno.test("GatedInput leaves Ctrl-C to the editor while open", () => {
  const { source, input, seen, interrupts } = gate();
  input.open();
  source.emit("data", Buffer.from("abc\x03def"));
  assert.deepEqual(seen, ["abc\x03"]);
  assert.equal(interrupts(), 0);
});

Deno.test("GatedInput removes paste markers, even split ones, and lets nothing pasted act as a key", () => {
  const { source, input, seen } = gate();
  const pasting: boolean[] = [];
  for (const event of ["data", "paste"]) input.on(event, () => pasting.push(event === "paste"));
  input.open();
  source.emit("data", Buffer.from("a\x1b[2"));
  assert.deepEqual(seen, ["a"]);
  source.emit("data", Buffer.from("00~\tx\x03\x1by\r\tz\x1b[201~b"));
  assert.deepEqual(seen, ["a", "\tx", "y\r"]);
  input.open();
  assert.deepEqual(seen, ["a", "\tx", "y\r", "\tz", "b"]);
  assert.deepEqual(pasting, [false, true, true, true, false]);
});

Deno.test("GatedInput does not hold back Escape and other keys", () => {
  const { source, input, seen } = gate();
  input.open();
  for (const key of ["\x1b", "\x1b[A", "\x1b[2~", "\x1b[3~"]) source.emit("data", Buffer.from(key));
  assert.deepEqual(seen, ["\x1b", "\x1b[A", "\x1b[2~", "\x1b[3~"]);
});

Deno.test("GatedInput reports a lost terminal only after what was typed", () => {
  const { source, input, seen } = gate();
  let hangups = 0;
  input.on("hangup", () => hangups++);
  source.emit("data", Buffer.from("a\rb"));
  source.emit("end");
  input.open();
  assert.deepEqual([seen, hangups], [["a\r"], 0]);
  input.open();
  assert.deepEqual([seen, hangups], [["a\r", "b"], 1]);
});
