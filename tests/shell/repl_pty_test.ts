import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { hasPseudoTerminals, KEYS, ReplTerminal, type ReplTerminalOptions } from "./repl_terminal.ts";

/** A test in a terminal of its own, with a small database and a home folder that are thrown away. */
function terminalTest(
  name: string,
  body: (start: (options?: Partial<ReplTerminalOptions>) => Promise<ReplTerminal>, folder: string) => Promise<void>,
): void {
  const ignore = !hasPseudoTerminals();
  Deno.test({
    name: ignore ? `${name} (skipped: util-linux's "script" is not installed)` : name,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      const started: ReplTerminal[] = [];
      try {
        const path = join(folder, "music.db");
        createDatabase(path);
        await body(async (options = {}) => {
          const terminal = new ReplTerminal({
            args: ["shell", path, "--olap-path", ":memory:"],
            env: { HOME: folder, XDG_STATE_HOME: join(folder, "state") },
            ...options,
          });
          started.push(terminal);
          await terminal.atLine("rhei>");
          return terminal;
        }, folder);
      } finally {
        for (const terminal of started) await terminal[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function createDatabase(path: string): void {
  const db = new Database(path);
  db.exec(`
    create table artist (artist_id integer primary key, name text);
    create table album (album_id integer primary key, title text, artist_id integer);
    insert into artist values (1, 'Björk'), (2, '坂本龍一'), (3, 'AC/DC');
    insert into album values (10, 'Homogenic', 1), (11, 'async', 2), (12, 'Back in Black', 3);
  `);
  db.close();
}

const FOOTER = /\d+ rows? · [\d.,]+ m?s · (duckdb|libsql) · fresh/;

terminalTest("shell greets in two lines and shows a result with its footer", async (start) => {
  const terminal = await start();
  const greeting = terminal.text.split("\n");
  assert.match(greeting[0] ?? "", /^rhei \S+ · music\.db · duckdb · 2 tables tracked$/, terminal.text);
  assert.match(greeting[1] ?? "", /\.help/, terminal.text);
  assert.deepEqual(greeting.slice(2), ["rhei>"], terminal.text);
  await terminal.enter("select artist_id as id, name from artist order by 1;");
  assert.match(
    terminal.text,
    new RegExp(
      [
        "┌────┬──────────┐",
        "│ id │ name     │",
        "├────┼──────────┤",
        "│  1 │ Björk    │",
        "│  2 │ 坂本龍一 │",
        "│  3 │ AC/DC    │",
        "└────┴──────────┘",
        FOOTER.source,
        "rhei>",
      ].join("\\n"),
    ),
  );
});

terminalTest("shell takes a statement over several lines and recalls it as one", async (start) => {
  const terminal = await start();
  await terminal.enter("select name", "  ..>");
  await terminal.enter("from artist where artist_id = 3", "  ..>");
  await terminal.enter(";");
  assert.match(terminal.text, /│ AC\/DC │/);
  terminal.type(KEYS.up);
  await terminal.until((text) => text.endsWith("rhei> select name\n  ..> from artist where artist_id = 3\n  ..> ;"));
  terminal.type(KEYS.enter);
  await terminal.until((text) => text.split("│ AC/DC │").length === 3 && terminal.cursorLine === "rhei>");
});

terminalTest("shell colours what is typed and finds it again with Ctrl-R", async (start) => {
  const terminal = await start();
  await terminal.enter("select 'x' as found;");
  for (const colour of ["\x1b[1;38;5;32mselect\x1b[0m", "\x1b[38;5;28m'x'\x1b[0m"]) {
    assert.ok(terminal.raw.includes(colour), colour);
  }
  terminal.type(KEYS.ctrlR, "FOUND".toLowerCase());
  await terminal.atLine("search \"found\": select 'x' as found;");
  terminal.type(KEYS.enter);
  await terminal.until((text) => text.split("│ x ").length === 3 && terminal.cursorLine === "rhei>");
});

terminalTest("shell keeps its history for the next session", async (start) => {
  const first = await start();
  await first.enter("select 'remembered';");
  first.type(KEYS.ctrlD);
  assert.equal(await first.exitCode(), 0);
  const second = await start();
  second.type(KEYS.up);
  await second.atLine("rhei> select 'remembered';");
  second.type(KEYS.up);
  await second.atLine("rhei> select 'remembered';");
});

terminalTest("shell completes tables, columns, keywords and dot commands with Tab", async (start) => {
  const terminal = await start();
  terminal.type("sel", KEYS.tab);
  await terminal.atLine("rhei> select");
  terminal.type(" a.ti from album a", KEYS.left.repeat(" from album a".length), KEYS.tab);
  await terminal.atLine("rhei> select a.title from album a");
  terminal.type(KEYS.ctrlC);
  await terminal.atLine("rhei>");
  terminal.type("select * from al", KEYS.tab);
  await terminal.atLine("rhei> select * from album");
  terminal.type(" a where a.", KEYS.tab, KEYS.tab);
  await terminal.shows("album_id");
  await terminal.until((text) => ["album_id", "artist_id", "title"].every((column) => text.includes(column)));
  terminal.type(KEYS.ctrlC);
  await terminal.atLine("rhei>");
  terminal.type(".sta", KEYS.tab);
  await terminal.atLine("rhei> .status");
});

terminalTest("shell gives up the line at Ctrl-C, however many lines it has", async (start) => {
  const terminal = await start();
  await terminal.enter("select 1,", "  ..>");
  terminal.type("2 from", KEYS.ctrlC);
  await terminal.shows("..> 2 from^C");
  await terminal.atLine("rhei>");
  await terminal.enter("select 7 as seven;");
  assert.match(terminal.text, /│ seven │/);
  terminal.type(KEYS.ctrlC);
  await terminal.shows("Ctrl-D or .quit leaves.");
});

terminalTest("shell stops a running statement at Ctrl-C and is back at the prompt", async (start) => {
  const terminal = await start();
  const endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n;";
  terminal.type(endless, KEYS.enter);
  await terminal.until((text) => text.replaceAll("\n", "").includes(endless));
  terminal.type(KEYS.ctrlC);
  await terminal.shows("Cancelled.");
  await terminal.atLine("rhei>");
  await terminal.enter("select 'alive' as still;");
  assert.match(terminal.text, /│ alive │/);
});

for (const backend of ["duckdb", "arrow"]) {
  terminalTest(`shell stops a query on ${backend} at Ctrl-C, having said how long it runs`, async (start, folder) => {
    const terminal = await start({
      args: ["shell", join(folder, "music.db"), "--olap-path", ":memory:", "--olap", backend, "--route", "olap"],
    });
    await terminal.enter("create table n (i integer primary key);");
    await terminal.enter(
      "insert into n with recursive c(i) as (select 1 union all select i + 1 from c where i < 5000) select i from c;",
    );
    const endless = "select count(*) from n a, n b, n c, n d where a.i + b.i * c.i + d.i = -1;";
    terminal.type(endless, KEYS.enter);
    await terminal.shows("Ctrl-C cancels");
    const pressedMs = performance.now();
    terminal.type(KEYS.ctrlC);
    await terminal.shows("Cancelled.");
    // It would run for hours. Two tenths of a second are usual; a machine that does other things may take longer.
    assert.ok(performance.now() - pressedMs < 5000);
    await terminal.atLine("rhei>");
    assert.doesNotMatch(terminal.text, /Ctrl-C cancels/, "the progress is gone");
    await terminal.enter("select count(*) as rows from artist;");
    assert.match(terminal.text, /│ +3 │/);
  });
}

terminalTest("shell draws, explains, pages and edits", async (start, folder) => {
  writeFileSync(join(folder, ".rheirc"), ".nullvalue (none)\n.mode wrong\n.pager cat -n\n.timer on\n");
  const editor = join(folder, "editor");
  writeFileSync(editor, '#!/bin/sh\nsed -i s/artist_id/album_id/ "$1"\n', { mode: 0o755 });
  const terminal = await start({
    env: { HOME: folder, XDG_STATE_HOME: join(folder, "state"), VISUAL: "", EDITOR: editor },
  });
  await terminal.enter("select null as x;");
  assert.match(terminal.text, /│ \(none\) │/);
  assert.match(terminal.text, /time [\d.]+ ms: sync [\d.]+ ms, routing [\d.]+ ms, running [\d.]+ ms · libsql: /);
  await terminal.enter(".chart select name, artist_id from artist");
  assert.match(terminal.text, /^Björk +█+.? +1\n坂本龍一 +█+.? +2\nAC\/DC +█+ +3$/m);
  await terminal.enter(".route olap");
  await terminal.enter(".explain analyze select count(*) from album join artist using (artist_id)");
  assert.match(terminal.text, /goes to: +duckdb \(olap\)[^]*took: [^]*for 1 row\n[^]*rows +time +expected +plan\n/);
  assert.match(terminal.text, / 3 +[\d.]+ ms +\d+ +[│└├─ ]+hash join/);
  await terminal.enter("with recursive c(i) as (select 1 union all select i + 1 from c where i < 60) select i from c;");
  assert.match(terminal.text, /^ +63 +│ +60 │$/m, "all rows went through the pager");
  await terminal.enter("select max(artist_id) as most from album;");
  terminal.type(".edit", KEYS.enter);
  await terminal.atLine("rhei> select max(album_id) as most from album;");
  terminal.type(KEYS.enter);
  await terminal.shows("│   12 │");
});

terminalTest("shell points at an unknown name with a caret and suggests the right one", async (start) => {
  const terminal = await start();
  await terminal.enter("select nmae from artist;");
  const lines = terminal.text.split("\n");
  const caret = lines.findIndex((line) => /^ +\^+$/.test(line));
  assert.equal(lines[caret - 1], "line 1: select nmae from artist");
  assert.equal(lines[caret]!.indexOf("^"), lines[caret - 1]!.indexOf("nmae"));
  assert.match(lines[caret + 1] ?? "", /^Hint: did you mean "name"/);
});

terminalTest("shell shows an open transaction in its prompt and rolls it back at Ctrl-D", async (start) => {
  const terminal = await start();
  await terminal.enter("begin;", "rhei*>");
  await terminal.enter("insert into artist values (4, 'Kraftwerk');", "rhei*>");
  assert.match(terminal.text, /1 row changed · [\d.]+ ms · libsql/);
  terminal.type(KEYS.ctrlD);
  await terminal.exitCode();
  assert.match(terminal.text, /The open transaction was rolled back\.$/);
  const again = await start();
  await again.enter("select count(*) as artists from artist;");
  assert.match(again.text, /│ +3 │/);
});

terminalTest("shell runs a pasted script statement by statement, tabs and all", async (start) => {
  const terminal = await start();
  const pasted =
    "select\tname,\r\n\tartist_id\r\nfrom artist where artist_id = 1;\rselect 'second' as statement;\r.print done\rselect 'rest";
  terminal.type(KEYS.pasteStart, pasted, KEYS.pasteEnd);
  await terminal.atLine("rhei> select 'rest");
  const { text } = terminal;
  const order = [
    "from artist where artist_id = 1;",
    "│ Björk",
    "rhei> select 'second'",
    "│ second",
    "rhei> .print done",
    "\ndone\n",
  ];
  const places = order.map((part) => text.indexOf(part));
  assert.ok(places.every((place, index) => place > (places[index - 1] ?? -1)), `${places}\n${text}`);
});

terminalTest("shell fits a wide result into the terminal and shortens a long one", async (start) => {
  const terminal = await start({ columns: 60, rows: 20 });
  await terminal.enter("select printf('%.200c', 'x') as long, printf('%.200c', 'y') as other;");
  for (const line of terminal.text.split("\n")) assert.ok(line.length <= 60, line);
  assert.match(terminal.text, /│ x+… │ y+… │/);
  await terminal.enter(
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) select i from n;",
  );
  assert.match(terminal.text, /500 rows, 40 shown/);
});

terminalTest("shell prints what happens in the background above the line being typed", async (start, folder) => {
  const terminal = await start();
  await terminal.enter("select 1 as one;");
  terminal.type("select 'a line that is longer than the terminal is wide', 'so it takes two rows of it' as");
  await terminal.until((text) => text.endsWith(" rows of it' as"));
  const other = new Database(join(folder, "music.db"));
  other.exec("create table label (label_id integer primary key, name text)");
  other.close();
  await terminal.shows("tracking changes of table label");
  terminal.type(" x;", KEYS.enter);
  await terminal.shows("│ so it takes two rows of it │");
  assert.match(terminal.text, /tracking changes of table label\nrhei> select 'a line/);
  assert.equal(terminal.text.split("rhei> select 'a line").length, 2);
});

terminalTest("shell leaves with .quit's code and restores the terminal", async (start) => {
  const terminal = await start();
  terminal.type(".quit 3", KEYS.enter);
  assert.equal(await terminal.exitCode(), 3);
  assert.ok(terminal.raw.lastIndexOf("\x1b[?2004l") > terminal.raw.lastIndexOf("\x1b[?2004h"));
});

terminalTest("shell does without a home folder, and without colour when NO_COLOR is set", async (start) => {
  const terminal = await start({ env: { HOME: "", XDG_STATE_HOME: "", NO_COLOR: "1" } });
  await terminal.enter("select null as absent;");
  assert.match(terminal.text, FOOTER);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(terminal.raw, /\x1b\[\d*m/);
});

terminalTest("shell says so when a statement is left unfinished", async (start) => {
  const terminal = await start();
  await terminal.enter("delete from artist", "  ..>");
  terminal.type(KEYS.ctrlD);
  assert.equal(await terminal.exitCode(), 0);
  assert.match(terminal.text, /The unfinished statement was not run\.$/);
});
