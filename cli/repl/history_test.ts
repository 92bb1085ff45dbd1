import assert from "node:assert/strict";
import { join } from "node:path";
import { History, HISTORY_ENTRIES_MAX, HISTORY_ENTRY_LENGTH_MAX, historyPath } from "./history.ts";

function unexpected(text: string): void {
  throw new Error(text);
}

async function withFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("historyPath() follows XDG_STATE_HOME, then the home folder, else keeps nothing", () => {
  const cases: [Record<string, string>, string | null][] = [
    [{ XDG_STATE_HOME: "/state", HOME: "/home/a" }, "/state/rhei/history"],
    [{ XDG_STATE_HOME: "relative", HOME: "/home/a" }, "/home/a/.local/state/rhei/history"],
    [{ XDG_STATE_HOME: "", HOME: "/home/a" }, "/home/a/.local/state/rhei/history"],
    [{ HOME: "" }, null],
    [{}, null],
  ];
  for (const [environment, expected] of cases) assert.equal(historyPath(environment), expected);
});

Deno.test("History keeps entries of several lines across sessions, newest first", () =>
  withFolder((folder) => {
    const path = join(folder, "new", "history");
    const first = new History(path, unexpected);
    first.add("select 1;");
    first.add("select 'a\\nb',\n  2;\n");
    first.add("  ");
    const second = new History(path, unexpected);
    assert.deepEqual(second.entries, ["select 'a\\nb',\n  2;", "select 1;"]);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  }));

Deno.test("History drops an older equal entry, in memory and when loaded again", () =>
  withFolder((folder) => {
    const path = join(folder, "history");
    const history = new History(path, unexpected);
    for (const entry of ["a", "b", "a", "a"]) history.add(entry);
    assert.deepEqual(history.entries, ["a", "b"]);
    assert.deepEqual(new History(path, unexpected).entries, ["a", "b"]);
  }));

Deno.test("History does not remember an entry of enormous length", () => {
  const history = new History(null, unexpected);
  history.add("x".repeat(HISTORY_ENTRY_LENGTH_MAX + 1));
  assert.deepEqual(history.entries, []);
});

Deno.test("History is bounded and rewrites a file that has grown too long, for its owner alone", () =>
  withFolder((folder) => {
    const path = join(folder, "history");
    const lines = Array.from({ length: HISTORY_ENTRIES_MAX * 2 + 1 }, (_, i) => `select ${i};\n`);
    Deno.writeTextFileSync(path, lines.join(""), { mode: 0o644 });
    const history = new History(path, unexpected);
    assert.equal(history.entries.length, HISTORY_ENTRIES_MAX);
    assert.equal(history.entries[0], `select ${HISTORY_ENTRIES_MAX * 2};`);
    assert.equal(Deno.readTextFileSync(path).trimEnd().split("\n").length, HISTORY_ENTRIES_MAX);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  }));

Deno.test("History lets two shells share a file", () =>
  withFolder((folder) => {
    const path = join(folder, "history");
    const [one, other] = [new History(path, unexpected), new History(path, unexpected)];
    one.add("from one");
    other.add("from other");
    assert.deepEqual(new History(path, unexpected).entries, ["from other", "from one"]);
  }));

Deno.test("History says once when its file cannot be kept, and goes on in memory", () =>
  withFolder((folder) => {
    const file = join(folder, "file");
    Deno.writeTextFileSync(file, "");
    const problems: string[] = [];
    const history = new History(join(file, "history"), (text) => problems.push(text));
    history.add("select 1;");
    history.add("select 2;");
    assert.deepEqual(history.entries, ["select 2;", "select 1;"]);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^The history is not kept: /);
  }));
