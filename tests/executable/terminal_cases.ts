import assert from "node:assert/strict";
import { join } from "node:path";
import { hasPseudoTerminals, KEYS, ReplTerminal } from "../shell/repl_terminal.ts";
import { executableTest } from "./built_executable.ts";

const MADE = "create table album (album_id integer primary key, title text, year integer);";
const FILLED = "insert into album values (1, 'Homogenic', 1997), (2, 'async', 2017), (3, 'Vespertine', 2001);";
const ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n;";

executableTest(
  "a person's session with the executable at a terminal",
  async (rhei, folder) => {
    const env = { HOME: folder, XDG_STATE_HOME: join(folder, "state"), RHEI_NATIVE_DIR: join(folder, "native") };
    const start = async (): Promise<ReplTerminal> => {
      const command = [rhei, "shell", join(folder, "music.db"), "--olap", "arrow"];
      const terminal = new ReplTerminal({ args: [], command, env });
      await terminal.atLine("rhei>");
      return terminal;
    };
    {
      await using terminal = await start();
      assert.match(terminal.text, /^rhei \S+ · music\.db · arrow/m);
      await terminal.enter(MADE);
      await terminal.enter(FILLED);
      assert.match(terminal.text, /3 rows changed/);
      await terminal.enter("select title, year", "  ..>");
      await terminal.enter("from album order by year;");
      assert.match(terminal.text, /│ Homogenic +│ 1997 │/);
      terminal.type("select count(*) from al", KEYS.tab);
      await terminal.atLine("rhei> select count(*) from album");
      await terminal.enter(" where year > 2000;");
      assert.match(terminal.text, /│ +2 │/);
      await terminal.enter("select tilte from album;");
      assert.match(terminal.text, /did you mean "title"/);
      terminal.type(ENDLESS, KEYS.enter);
      await terminal.until((text) => text.replaceAll("\n", "").includes(ENDLESS));
      terminal.type(KEYS.ctrlC);
      await terminal.shows("Cancelled.");
      await terminal.atLine("rhei>");
      await terminal.enter(".status");
      assert.match(terminal.text, /album/);
      terminal.type(KEYS.ctrlD);
      assert.equal(await terminal.exitCode(), 0);
    }
    await using again = await start();
    again.type(KEYS.up);
    await again.atLine("rhei> .status");
    again.type(KEYS.ctrlC);
    await again.atLine("rhei>");
    again.type(".quit 4", KEYS.enter);
    assert.equal(await again.exitCode(), 4);
  },
  hasPseudoTerminals() ? null : 'util-linux\'s "script" is not installed',
);
