import assert from "node:assert/strict";
import { join } from "node:path";
import { HtapEngine } from "../../mod.ts";
import { inFolder, rhei } from "./cli_process.ts";
import { hasPseudoTerminals, ReplTerminal } from "./repl_terminal.ts";

/** A test with a database that is thrown away; skipped where no terminal can be had. */
function terminalTest(name: string, body: (path: string, folder: string) => Promise<void>): void {
  const ignore = !hasPseudoTerminals();
  Deno.test({
    name: ignore ? `${name} (skipped: util-linux's "script" is not installed)` : name,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await body(join(folder, "shop.db"), folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** The table's line: rows, size, name. */
const ORDERS = /^ +3 +\S+( k?B)? +orders$/m;

async function makeShop(db: HtapEngine): Promise<void> {
  await db.execute("create table orders (id integer primary key, total real)");
  await db.execute("insert into orders values (1, 9.5), (2, 3), (3, 12)");
}

terminalTest("rhei top shows another process's statements at 80x24, and q quits", async (path, folder) => {
  await using db = await HtapEngine.open({ oltpPath: path, metricsPort: 0, olap: { path: ":memory:" } });
  await makeShop(db);
  await db.syncNow();
  // Takes longer than 100 ms on any machine: so many rows cannot be made faster.
  await db.query(
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select max(i) from n",
  );
  const url = db.metricsUrl ?? "";
  await using terminal = new ReplTerminal({
    args: ["top", "--url", url],
    env: { HOME: folder },
    columns: 80,
    rows: 24,
  });
  await terminal.until((text) => /SLOW STATEMENTS[^]*with recursive n/.test(text));
  const lines = terminal.text.split("\n");
  assert.equal(lines.length, 23, terminal.text);
  assert.match(lines[0] ?? "", /^rhei top · shop\.db · duckdb +the mirror is up to date +\d\d:\d\d:\d\d$/);
  assert.match(terminal.text, /^lag +0 changes/m);
  assert.match(terminal.text, /^routing +libsql/m);
  assert.match(terminal.text, ORDERS);
  assert.match(lines.at(-1) ?? "", /^q quits$/);
  terminal.type("q");
  assert.equal(await terminal.exitCode(), 0);
});

terminalTest("rhei top opens the database where nobody serves it", async (path, folder) => {
  await using db = await HtapEngine.open({ oltpPath: path, track: "none", syncIntervalMs: 0 });
  await makeShop(db);
  await db.close();
  const args = ["top", path, "--interval", "0.1", "--olap-path", ":memory:"];
  // CI is set where tests run by themselves, and by people who try what runs there.
  await using terminal = new ReplTerminal({ args, env: { HOME: folder, CI: "true" }, columns: 120, rows: 30 });
  await terminal.until((text) => ORDERS.test(text));
  assert.match(terminal.text, /rhei top · shop\.db · duckdb/);
  assert.match(terminal.text, /statements of other processes: --url/);
  terminal.type("\x03");
  assert.equal(await terminal.exitCode(), 0);
});

Deno.test("rhei top refuses what it cannot watch or show", () =>
  inFolder(async (path) => {
    const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [["top", "--url", "http://127.0.0.1:9"], /stdout is not a terminal[^]*rhei status/],
      [["top", path("none.db"), "--interval", "soon"], /Cannot look every "soon" seconds/],
    ];
    for (const [args, says] of cases) {
      const { code, stderr } = await rhei(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  }));
