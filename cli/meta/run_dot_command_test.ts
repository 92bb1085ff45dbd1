import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { META_COMMANDS } from "./command_table.ts";
import { usageOf } from "./meta_command.ts";
import { isDotCommand, runDotCommand } from "./run_dot_command.ts";
import type { Session } from "./session.ts";

interface FakeSession extends Session {
  /** What was printed and which engine calls were made, in order. */
  readonly log: string[];
}

/** A session that writes down what it is asked; its catalogue holds the given rows. */
function fakeSession(overrides: Partial<Session> = {}, catalogue: (string | null)[][] = []): FakeSession {
  const log: string[] = [];
  const record = (name: string) => (...values: unknown[]): Promise<void> => {
    log.push([name, ...values.map((value) => JSON.stringify(value))].join(" "));
    return Promise.resolve();
  };
  return {
    log,
    settings: {
      mode: "box",
      timer: true,
      explain: false,
      route: "auto",
      freshness: "latest",
      rowsShownMax: 100,
    },
    database: "app.db",
    width: 40,
    lastQuery: null,
    history: [],
    catalogue: () => Promise.resolve(catalogue),
    print: (text) => Promise.resolve(void log.push(text)),
    redirect: (path, once) => log.push(`redirect ${path} ${once}`),
    runScript: record("runScript"),
    importFile: record("importFile"),
    exportRows: record("exportRows"),
    explain: record("explain"),
    sync: record("sync"),
    status: record("status"),
    metrics: record("metrics"),
    verify: record("verify"),
    track: record("track"),
    untrack: record("untrack"),
    leave: record("leave"),
    ...overrides,
  };
}

async function logOf(line: string, overrides: Partial<Session> = {}): Promise<string[]> {
  const session = fakeSession(overrides);
  await runDotCommand(line, session);
  return session.log;
}

Deno.test("isDotCommand() tells a dot command from SQL", () => {
  const cases: [string, boolean][] = [
    [".tables", true],
    ["  .quit", true],
    [".?", true],
    [".5 + 1", false],
    ["select .5", false],
    [".", false],
    ["", false],
  ];
  for (const [line, expected] of cases) assert.equal(isDotCommand(line), expected, line);
});

Deno.test("runDotCommand() hands arguments to what the session does", async () => {
  const cases: [string, string[]][] = [
    [".read setup.sql", ['runScript "setup.sql"']],
    [".read 'my script.sql';", ['runScript "my script.sql"']],
    [".import a.csv orders", ['importFile "a.csv" "orders"']],
    [".export out.csv select 'a b' ;", [`exportRows "select 'a b' ;" "out.csv"`]],
    [".output out.csv", ["redirect out.csv false"]],
    [".output", ["redirect null false"]],
    [".once out.csv", ["redirect out.csv true"]],
    [".explain select 1", ['explain "select 1"']],
    [".sync", ["sync"]],
    [".sync --rebuild a b", ['sync ["a","b"]']],
    [".sync --rebuild-all", ['sync "all"']],
    [".status;", ["status"]],
    [".verify", ["verify"]],
    [".metrics", ['metrics ""']],
    [".metrics rhei_lag", ['metrics "rhei_lag"']],
    [".track a 'b c'", ['track ["a","b c"]']],
    [".untrack", ["untrack []"]],
    [".quit", ["leave 0"]],
    [".EXIT 3", ["leave 3"]],
    [".q", ["leave 0"]],
    [".print it's  here;", ["it's  here;"]],
    [".print", [""]],
    [".route", ["auto"]],
    [".freshness", ["latest"]],
    [".timer", ["on"]],
    [".mode", ["box"]],
    [".maxrows", ["100"]],
  ];
  for (const [line, expected] of cases) assert.deepEqual(await logOf(line), expected, line);
});

Deno.test("runDotCommand() changes settings that later statements obey", async () => {
  const session = fakeSession();
  const lines = [
    ".mode csv",
    ".timer off",
    ".explain on",
    ".route olap",
    ".freshness 500ms",
    ".maxrows all",
  ];
  for (const line of lines) await runDotCommand(line, session);
  assert.deepEqual(session.settings, {
    mode: "csv",
    timer: false,
    explain: true,
    route: "olap",
    freshness: "500ms",
    rowsShownMax: null,
  });
  assert.deepEqual(session.log, []);
});

Deno.test("runDotCommand() exports the last query when none is named", async () => {
  assert.deepEqual(await logOf(".export out.csv", { lastQuery: "select 2" }), ['exportRows "select 2" "out.csv"']);
});

Deno.test("runDotCommand() explains what is wrong with a command", async () => {
  const cases: [string, RegExp, RegExp][] = [
    [".tabels", /Cannot run "\.tabels": there is no such dot command$/, /did you mean "\.tables"/],
    [".metricz", /no such dot command/, /did you mean "\.metrics"/],
    [".e", /may mean \.export or \.explain or \.exit/, /\.help/],
    [".mode boxes", /expected box, csv, .* not "boxes"/, /usage: \.mode \[FORMAT\]/],
    [".timer maybe", /expected on, off, not "maybe"/, /usage/],
    [".read", /FILE is missing/, /usage: \.read FILE/],
    [".import a.csv", /TABLE is missing/, /usage: \.import FILE TABLE/],
    [".sync now", /expected --rebuild, --rebuild-all, not "now"$/, /usage: \.sync \[--rebuild\] \[TABLE…\]$/],
    [".sync --rebuild", /--rebuild takes tables, --rebuild-all none$/, /^usage: /],
    [".sync --rebuild-all t", /--rebuild takes tables, --rebuild-all none$/, /^usage: /],
    [".read 'a", /the quote ' is not closed/, /.?/],
    [".route fast", /expected auto, oltp, olap, not "fast"/, /usage/],
    [
      ".freshness soon",
      /Cannot set \.freshness to "soon": expected latest, any or a duration|expected latest, any, or/,
      /.?/,
    ],
    [".maxrows 0", /expected all or a whole number from 1/, /.?/],
    [".quit 256", /from 0 to 255/, /.?/],
    [".history many", /expected a whole number/, /.?/],
    [".export out.csv", /no query has been run yet/, /names the query/],
    [".help nonsense", /Cannot run "\.nonsense"/, /\.help/],
  ];
  for (const [line, message, hint] of cases) {
    await assert.rejects(logOf(line), (error) => {
      assert.ok(error instanceof RheiError, line);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  }
});

Deno.test(".tables shows names in columns that fit the width", async () => {
  const names = Array.from({ length: 7 }, (_, index) => [`table_number_${index}`]);
  const session = fakeSession({}, names);
  await runDotCommand(".tables", session);
  assert.deepEqual(session.log.join("\n").split("\n"), [
    "table_number_0  table_number_4",
    "table_number_1  table_number_5",
    "table_number_2  table_number_6",
    "table_number_3",
  ]);
});

Deno.test(".tables and .schema pass their pattern to LIKE and leave rhei's own objects out", async () => {
  for (const line of [".tables or%", ".schema or%", ".indexes or%"]) {
    const asked: [string, readonly string[] | undefined][] = [];
    const session = fakeSession({
      catalogue: (sql, params) => {
        asked.push([sql, params]);
        return Promise.resolve([["x"]]);
      },
    });
    await runDotCommand(line, session);
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]![1], ["or%"]);
    assert.match(asked[0]![0], /not like '\\_rhei\\_%'/);
  }
});

Deno.test(".schema suggests a table when the one named does not exist", async () => {
  const session = fakeSession({
    catalogue: (_, params) => Promise.resolve(params?.[0] === "%" ? [["artist"], ["album"]] : []),
  });
  await assert.rejects(
    runDotCommand(".schema artst", session),
    (error) => error instanceof RheiError && error.hint === 'did you mean "artist"?',
  );
});

Deno.test(".history prints the oldest of the last entries first", async () => {
  const history = ["c", "b", "a"];
  assert.deepEqual(await logOf(".history", { history }), ["a\nb\nc"]);
  assert.deepEqual(await logOf(".history 2", { history }), ["b\nc"]);
  assert.deepEqual(await logOf(".history", {}), []);
});

Deno.test(".help lists every command once, and one command with its usage", async () => {
  const [overview = ""] = await logOf(".help");
  for (const command of META_COMMANDS) {
    const lines = overview.split("\n").filter((line) => line.startsWith(`${usageOf(command)} `));
    assert.equal(lines.length, 1, command.name);
  }
  for (const line of overview.split("\n")) assert.ok(line.length <= 80, line);
  const [one = ""] = await logOf(".help .import");
  assert.match(one, /^\.import FILE TABLE\n {2}load a file/);
});

Deno.test("META_COMMANDS has no two commands of one name", () => {
  const names = META_COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  assert.equal(new Set(names).size, names.length);
});
