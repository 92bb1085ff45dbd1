import assert from "node:assert/strict";
import process from "node:process";
import { resolveConfig } from "../../src/config/mod.ts";
import { type OutputStream, StandardOutput } from "../terminal/mod.ts";
import type { CommandContext } from "./command.ts";
import { runScriptText } from "./run_script_text.ts";

/** Takes everything. */
const OPEN: OutputStream = { write: (_, done) => (done?.(), true), on: () => {} };

/** What a script gave: its exit code, or the message of what ended it; and the lines on stderr. */
async function ran(
  text: string,
  { keepGoing = false, stdout = OPEN, database = ":memory:" } = {},
): Promise<readonly [end: unknown, notices: readonly string[]]> {
  const abort = new AbortController();
  const notices: string[] = [];
  const reloadConfig = () => resolveConfig({ env: {} });
  const context: CommandContext = {
    version: "0",
    config: reloadConfig(),
    flags: {},
    reloadConfig,
    terminal: {
      stdout: new StandardOutput(stdout, () => abort.abort()),
      width: () => null,
      height: () => 24,
      errorWidth: () => undefined,
      color: false,
      colorErrors: false,
      notice: (line) => line.startsWith("tracking changes") ? undefined : void notices.push(line),
      footer: () => {},
      progress: () => {},
      endProgress: () => {},
      flushErrors: () => Promise.resolve(),
    },
    host: process,
    signal: abort.signal,
    takeInterrupts: () => {},
  };
  try {
    return [await runScriptText({ database, text, name: "s", keepGoing }, context), notices];
  } catch (error) {
    return [(error as Error).message.split("\n")[0], notices];
  }
}

Deno.test("runScriptText() says so when a transaction is left open, however the script ends", async () => {
  const begun = "create table t (a); begin; insert into t values (1);";
  const undone = "The open transaction was rolled back";
  assert.deepEqual(await ran(begun), [0, [undone]]);
  assert.deepEqual(await ran(`${begun} commit;`), [0, []]);
  assert.deepEqual(await ran(`${begun}\n.quit 3`), [3, [undone]]);
  const [message, notices] = await ran(`${begun}\nselect nothing;`);
  assert.match(String(message), /^s:2: .*nothing/);
  assert.deepEqual(notices, [undone]);
  const [code, told] = await ran(`${begun}\nselect nothing;`, { keepGoing: true });
  assert.deepEqual([code, told.length, told.at(-1)], [1, 2, undone]);
});

Deno.test("runScriptText() says which statements were not run because nobody reads the output", async () => {
  const closed: OutputStream = {
    write() {
      throw Object.assign(new Error("broken pipe"), { code: "EPIPE" });
    },
    on: () => {},
  };
  const stdout = closed;
  assert.deepEqual(await ran("select 1;\nselect 2;", { stdout }), [
    "s:2: Cannot go on: nobody reads the output any more",
    [],
  ]);
  assert.deepEqual(await ran("create table t (a);\n-- last\nselect 1;\n-- over", { stdout }), ["", []]);
});

Deno.test("runScriptText() takes an address it does not know for a mistake, not for a file", async () => {
  const [message] = await ran("select 1;", { database: "libsq://example.org" });
  assert.equal(message, 'Cannot open "libsq://example.org": rhei knows no such kind of address');
});
